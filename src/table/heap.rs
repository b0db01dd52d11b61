//! Memory that was freed goes back to the operating system.
//!
//! The system's allocator keeps what is freed, in pools of each thread that other threads cannot
//! use: a stage that frees a gigabyte leaves a process as large as it was, and what the next one
//! needs comes on top.

/// Gives back what is free; for moments after which much of it would not be used again soon,
/// since taking it anew costs time. Where the allocator is another one, nothing happens.
pub(crate) fn release_free_heap() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    #[allow(unsafe_code)]
    // SAFETY: `malloc_trim` takes no pointer and may be called at any time from any thread; it
    // only touches memory that the allocator itself holds as free.
    unsafe {
        libc::malloc_trim(0);
    }
}
