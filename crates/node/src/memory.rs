//! Pages for large buffers: first touch of 4 KiB pages costs more than sampling what goes into them.
//!
//! Only advice: contents never change, and a refusal is ignored. Other systems than Linux choose page sizes themselves.

/// Asks for huge pages on the aligned interior of a large buffer that is to be filled, and gives fresh memory its pages.
pub(crate) fn advise_huge_pages<T>(out: &mut [T]) {
    let start = out.as_mut_ptr() as usize;
    advise_huge_pages_in(start..start + size_of_val(out));
}

/// As [`advise_huge_pages`], for a range of addresses.
#[cfg(not(target_os = "linux"))]
pub(crate) fn advise_huge_pages_in(_: std::ops::Range<usize>) {}

#[cfg(target_os = "linux")]
pub(crate) use linux::advise_huge_pages_in;

#[cfg(target_os = "linux")]
mod linux {
    use std::ops::Range;

    /// Bytes of a huge page.
    const HUGE: usize = 2 << 20;

    /// Buffers below this are left alone: the system call would cost more than it saves.
    const WORTH_ADVISING: usize = 4 << 20;

    pub(crate) fn advise_huge_pages_in(region: Range<usize>) {
        let pages = region.start.next_multiple_of(HUGE)..region.end / HUGE * HUGE;
        if region.len() < WORTH_ADVISING || pages.is_empty() {
            return;
        }
        advise(pages.clone(), libc::MADV_HUGEPAGE);
        if is_fresh(pages.start) {
            populate(pages);
        }
    }

    /// Takes huge pages as long as they cost less than small ones would.
    ///
    /// On a virtual machine whose host has taken free memory back, a huge page can cost six times the small ones in its
    /// place: the rest is left to small ones then.
    fn populate(pages: Range<usize>) {
        /// Nanoseconds of the small pages in place of a huge one: 512 first touches of 1.5 microseconds.
        const SMALL: u64 = 750_000;
        /// Nanoseconds that may be lost before small pages are taken.
        const LOSS: u64 = 3_000_000;
        let start = thread_time();
        for (taken, page) in (1..).zip(pages.clone().step_by(HUGE)) {
            // Kernels before 5.14 don't know this; the pages come at first touch there.
            if !advise(page..page + HUGE, libc::MADV_POPULATE_WRITE) {
                return;
            }
            if thread_time() - start > taken * SMALL + LOSS {
                advise(page + HUGE..pages.end, libc::MADV_NOHUGEPAGE);
                return;
            }
        }
    }

    /// Tells the system something about whole huge pages; whether it agreed.
    fn advise(pages: Range<usize>, advice: libc::c_int) -> bool {
        // SAFETY: the ends are page-aligned, and the advices used here (which size pages should have, and that they
        // will be written) change neither the contents nor the protection of any page, whoever it belongs to.
        unsafe { libc::madvise(pages.start as *mut libc::c_void, pages.len(), advice) == 0 }
    }

    /// Whether the page at this address has never been touched.
    fn is_fresh(page: usize) -> bool {
        let mut resident = 1u8;
        // SAFETY: the address is page-aligned, and the call writes one byte, for one page, to the local variable.
        unsafe { libc::mincore(page as *mut libc::c_void, 1, &raw mut resident) == 0 && resident & 1 == 0 }
    }

    /// Nanoseconds that this thread has had on a processor: a busy machine doesn't make work look slow.
    fn thread_time() -> u64 {
        let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
        // SAFETY: the clock writes to the local variable it is given.
        unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
        time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
    }
}
