//! The crate as a WebAssembly module without imports: a question goes in as bytes, and its answer comes out.
//!
//! 1. `reserve` so many bytes, and write the name of the operation and the question there, one after the other.
//! 2. `ask`, and say how many bytes of that are the name. It tells how long the answer is.
//! 3. `answer` tells where it is, until the next question.
//!
//! No address goes in, and a length that is too great is cut, so no call can reach what is not its own.

#![no_std]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::mem;
use core::panic::PanicInfo;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// It cannot be told from here why. The instance is of no use any more.
#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// The most bytes of a question. What it is made of in memory is a multiple of that.
const MOST: usize = 4 << 20;

struct Conversation(UnsafeCell<(Vec<u8>, String)>);

// SAFETY: an instance has one thread, for it is built without the feature `atomics`.
unsafe impl Sync for Conversation {}

impl Conversation {
    #[expect(clippy::mut_from_ref, reason = "one thread, and no two of them live at once")]
    fn parts(&self) -> &mut (Vec<u8>, String) {
        // SAFETY: each export calls this once, and none calls another.
        unsafe { &mut *self.0.get() }
    }
}

/// The question that is written, and the last answer.
static CONVERSATION: Conversation = Conversation(UnsafeCell::new((Vec::new(), String::new())));

/// Where to write so many bytes; null if they are too many. The last answer is gone then.
#[unsafe(no_mangle)]
pub extern "C" fn reserve(bytes: usize) -> *mut u8 {
    let (question, answer) = CONVERSATION.parts();
    *answer = String::new();
    *question = Vec::new();
    if bytes > MOST || question.try_reserve_exact(bytes).is_err() {
        return core::ptr::null_mut();
    }
    question.resize(bytes, 0);
    question.as_mut_ptr()
}

/// Answers what was written, of which so many bytes are the name of the operation, and tells how long the answer is.
#[unsafe(no_mangle)]
pub extern "C" fn ask(operation: usize) -> usize {
    let (question, answer) = CONVERSATION.parts();
    let asked = mem::take(question);
    let (operation, question) = asked.split_at(operation.min(asked.len()));
    let operation = String::from_utf8_lossy(operation);
    *answer = if cfg!(feature = "read") {
        access_package::ask(&operation, question)
    } else {
        access_package::ask_stored(&operation, question)
    };
    answer.len()
}

/// Where the answer is.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    CONVERSATION.parts().1.as_ptr()
}
