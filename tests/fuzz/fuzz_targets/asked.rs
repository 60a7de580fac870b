#![no_main]

#[path = "../../support/bodies.rs"]
mod bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| bodies::asked(data));
