//! Huge pages for large buffers: first touch of 4 KiB pages costs more than sampling what goes into them.
//!
//! Only advice: contents never change, and a refusal is ignored. Other systems than Linux choose page sizes themselves.

use std::ops::Range;

#[cfg(target_os = "linux")]
use linux::{advise, interior, thread_time};

/// Asks for huge pages on the aligned interior of a large buffer, where the system has them.
pub(crate) fn advise_huge_pages<T>(out: &mut [T]) {
    let start = out.as_mut_ptr() as usize;
    advise_huge_pages_in(start..start + size_of_val(out));
}

/// As [`advise_huge_pages`], for a range of addresses.
#[cfg(target_os = "linux")]
pub(crate) fn advise_huge_pages_in(region: Range<usize>) {
    advise(interior(region), libc::MADV_HUGEPAGE);
}

/// Gives fresh memory its pages before it is filled: huge ones, as long as the system is quick to hand them out.
///
/// On a virtual machine whose host has taken free memory back, a huge page can cost six times the small ones in its
/// place: the rest is left to small ones then.
#[cfg(target_os = "linux")]
pub(crate) fn populate(region: Range<usize>) {
    /// Bytes between two looks at the clock.
    const STEP: usize = 8 << 20;
    /// Nanoseconds that a step may take on the processor. Measured: huge pages 1 ms, small ones 3, taken back 18.
    const SLOW: u64 = 4_000_000;
    let Range { start, end } = interior(region);
    advise(start..end, libc::MADV_HUGEPAGE);
    for from in (start..end).step_by(STEP) {
        let to = end.min(from + STEP);
        let before = thread_time();
        // Kernels before 5.14 don't know this; the pages come at first touch there.
        if !advise(from..to, libc::MADV_POPULATE_WRITE) {
            return;
        }
        if thread_time() - before > SLOW {
            advise(to..end, libc::MADV_NOHUGEPAGE);
            return;
        }
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn advise_huge_pages_in(_: Range<usize>) {}

#[cfg(not(target_os = "linux"))]
pub(crate) fn populate(_: Range<usize>) {}

#[cfg(target_os = "linux")]
mod linux {
    use std::ops::Range;

    /// Bytes of a huge page.
    const HUGE: usize = 2 << 20;

    /// Buffers below this are left alone: the system call would cost more than it saves.
    const WORTH_ADVISING: usize = 4 << 20;

    /// The whole huge pages within a region, none where it is small.
    pub(super) fn interior(region: Range<usize>) -> Range<usize> {
        if region.len() < WORTH_ADVISING {
            return 0..0;
        }
        region.start.next_multiple_of(HUGE)..region.end / HUGE * HUGE
    }

    /// Tells the system something about whole huge pages; whether it agreed.
    pub(super) fn advise(pages: Range<usize>, advice: libc::c_int) -> bool {
        if pages.is_empty() {
            return true;
        }
        // SAFETY: the ends are page-aligned, and the advices used here (which size pages should have, and that they
        // will be written) change neither the contents nor the protection of any page, whoever it belongs to.
        unsafe { libc::madvise(pages.start as *mut libc::c_void, pages.len(), advice) == 0 }
    }

    /// Nanoseconds that this thread has had on a processor: a busy machine doesn't make work look slow.
    pub(super) fn thread_time() -> u64 {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the clock writes to the local variable it is given.
        unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
        time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
    }
}
