# The program in a container. Build it, then open http://localhost:8765 for the studio:
#
#   docker build --tag deep-jammer .
#   docker run --rm --publish 8765:8765 deep-jammer
#
# Every other command works as well; /data is the folder in which it reads and writes:
#
#   docker run --rm --volume "$PWD:/data" --user "$(id -u):$(id -g)" deep-jammer compose -o new.mid
#   docker run --rm --volume "$PWD:/data" --user "$(id -u):$(id -g)" --publish 8766:8766 \
#       deep-jammer survey serve --host 0.0.0.0

FROM rust:1-slim-bookworm AS build
WORKDIR /deep-jammer
COPY . .
RUN cargo build --release --locked

FROM debian:bookworm-slim
# The model and the letters in pictures have licences of their own, so all of them come along.
COPY --from=build /deep-jammer/LICENSE-APACHE /deep-jammer/LICENSE-MIT /deep-jammer/LICENSE-DEJAVU \
    /deep-jammer/model/README.md /usr/share/doc/deep-jammer/
COPY --from=build /deep-jammer/target/release/deep-jammer /usr/local/bin/
RUN useradd --create-home pianist && mkdir /data && chown pianist /data
USER pianist
WORKDIR /data
EXPOSE 8765 8766
ENTRYPOINT ["deep-jammer"]
# Inside a container the program has to listen to more than itself; `--publish` decides who gets in.
CMD ["serve", "--host", "0.0.0.0"]
