//! The smallest SoundFont: one instrument with one looped sine at A4.

/// A chunk of RIFF: a name, a length, bytes, and one more where their number is odd.
fn chunk(name: &[u8; 4], bytes: &[u8]) -> Vec<u8> {
    let mut chunk = name.to_vec();
    chunk.extend((bytes.len() as u32).to_le_bytes());
    chunk.extend(bytes);
    chunk.resize(chunk.len().next_multiple_of(2), 0);
    chunk
}

fn list(name: &[u8; 4], kind: &[u8; 4], chunks: &[Vec<u8>]) -> Vec<u8> {
    chunk(name, &[kind.to_vec(), chunks.concat()].concat())
}

/// A name of twenty bytes, and numbers of two.
fn record(name: &str, numbers: &[u16]) -> Vec<u8> {
    let mut record = name.as_bytes().to_vec();
    record.resize(if name.is_empty() { 0 } else { 20 }, 0);
    record.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    record
}

/// The bytes of an SF2 file, as the SoundFont Technical Specification 2.04 has them. The samples
/// begin with `head`: an SF3 file has Ogg there.
pub fn bytes(head: &[u8]) -> Vec<u8> {
    // 441 Hz exactly, at 44.1 kHz: periods of 100 samples, and 46 of silence, as the
    // specification asks for.
    let sine = |at: usize| 20_000.0 * (at as f64 * std::f64::consts::TAU / 100.0).sin();
    let samples = (0..1000).map(|at| sine(at) as i16).chain([0; 46]);
    let mut samples: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    samples[..head.len()].copy_from_slice(head);
    let info = list(
        b"LIST",
        b"INFO",
        &[chunk(b"ifil", &[2, 0, 4, 0]), chunk(b"isng", b"EMU8000\0"), chunk(b"INAM", b"Tiny\0\0")],
    );
    let data = list(b"LIST", b"sdta", &[chunk(b"smpl", &samples)]);
    let header = |start: u32, end: u32, loops: [u32; 2], name: &str| {
        let mut header = record(name, &[]);
        for number in [start, end, loops[0], loops[1], 44_100] {
            header.extend(number.to_le_bytes());
        }
        // Its key, and by how many cents it must be corrected: 441 Hz is 3.93 cents too high.
        header.extend([69, 256u16.wrapping_sub(4) as u8]);
        header.extend(record("", &[0, 1]));
        header
    };
    let generators = |list: &[[u16; 2]]| list.concat();
    let nothing = record("", &[0; 5]);
    let articles = list(
        b"LIST",
        b"pdta",
        &[
            chunk(
                b"phdr",
                &[record("Piano", &[0; 9]), record("EOP", &[0, 0, 1, 0, 0, 0, 0, 0, 0])].concat(),
            ),
            chunk(b"pbag", &record("", &[0, 0, 1, 0])),
            chunk(b"pmod", &nothing),
            // 41: the instrument.
            chunk(b"pgen", &record("", &generators(&[[41, 0], [0, 0]]))),
            chunk(b"inst", &[record("Sine", &[0]), record("EOI", &[1])].concat()),
            chunk(b"ibag", &record("", &[0, 0, 2, 0])),
            chunk(b"imod", &nothing),
            // 54: loop while the key is down; 53: the sample.
            chunk(b"igen", &record("", &generators(&[[54, 1], [53, 0], [0, 0]]))),
            chunk(
                b"shdr",
                &[header(0, 1000, [100, 900], "Sine"), header(0, 0, [0, 0], "EOS")].concat(),
            ),
        ],
    );
    let content = [b"sfbk".to_vec(), info, data, articles].concat();
    chunk(b"RIFF", &content)
}
