//! The crate as a WebAssembly module without imports: a question goes in as bytes, and its answer comes out
//! as bytes.
//!
//! 1. Call `reserve` for so many bytes, and write the name of the operation and then the question there.
//! 2. Call `ask` with the length of the name. It returns the length of the answer.
//! 3. Call `answer` for the address of the answer. It is valid until the next question.
//!
//! No address goes in, and a length that is too great is cut, so no call can reach memory that is not its
//! own.

#![no_std]

extern crate alloc;

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::UnsafeCell;
use core::mem;
use core::panic::PanicInfo;

#[global_allocator]
static ALLOCATOR: dlmalloc::GlobalDlmalloc = dlmalloc::GlobalDlmalloc;

/// The cause cannot be reported from here. The instance is of no more use.
#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    core::arch::wasm32::unreachable()
}

/// The most bytes of a question. In memory, a question takes a multiple of that.
const MOST: usize = 4 << 20;

struct Conversation(UnsafeCell<(Vec<u8>, String)>);

// SAFETY: an instance has one thread, since it is built without the feature `atomics`.
unsafe impl Sync for Conversation {}

impl Conversation {
    #[expect(clippy::mut_from_ref, reason = "one thread, and no two of them live at once")]
    fn parts(&self) -> &mut (Vec<u8>, String) {
        // SAFETY: each export calls this once, and no export calls another.
        unsafe { &mut *self.0.get() }
    }
}

/// The current question, and the last answer.
static CONVERSATION: Conversation = Conversation(UnsafeCell::new((Vec::new(), String::new())));

/// The address for so many bytes; null if they are too many. The last answer is gone then.
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

/// Answers the question that was written, whose first so many bytes are the name of the operation. Returns
/// the length of the answer.
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

/// The address of the answer.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    CONVERSATION.parts().1.as_ptr()
}
