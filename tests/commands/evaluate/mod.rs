//! The command `evaluate` reports what the library measures.

mod against;
mod command;
mod trained_run;
