#![no_main]

#[path = "../../support/http_bodies.rs"]
mod http_bodies;

libfuzzer_sys::fuzz_target!(|data: &[u8]| http_bodies::http_call(data));
