//! Pages for large buffers: first touch of 4 KiB pages costs more than sampling what goes into them.
//!
//! Only advice: contents never change, and a refusal is ignored. Other systems than Linux choose page sizes themselves.

use napi::Result;

use crate::error::{Code, error};

/// Gives a large buffer that is to be filled its pages if it is fresh, huge ones where they are quick to get.
pub(crate) fn advise_huge_pages<T>(out: &mut [T], threads: usize) {
    let start = out.as_mut_ptr() as usize;
    advise_huge_pages_in(start..start + size_of_val(out), threads);
}

/// A copy in fresh memory: of large arrays with huge pages, which rows in random order are also read from sooner.
///
/// # Errors
/// `ERR_OUT_OF_MEMORY`
pub(crate) fn copied<T: Copy>(values: &[T], threads: usize) -> Result<Vec<T>> {
    let mut copy = Vec::new();
    copy.try_reserve_exact(values.len())
        .map_err(|_| error(Code::OutOfMemory, format_args!("no memory for {} values", values.len())))?;
    advise_huge_pages(copy.spare_capacity_mut(), threads);
    copy.extend_from_slice(values);
    Ok(copy)
}

/// As [`advise_huge_pages`], for a range of addresses.
#[cfg(not(target_os = "linux"))]
pub(crate) fn advise_huge_pages_in(_: std::ops::Range<usize>, _: usize) {}

#[cfg(target_os = "linux")]
pub(crate) use linux::advise_huge_pages_in;

#[cfg(target_os = "linux")]
mod linux {
    use std::ops::Range;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

    /// Bytes of a huge page.
    const HUGE: usize = 2 << 20;

    /// Buffers below this are left alone: the system calls would cost more than they save.
    const WORTH_ADVISING: usize = 4 << 20;

    /// Nanoseconds of the small pages in place of a huge one: 512 first touches of 1.5 microseconds.
    const SMALL: u64 = 750_000;

    /// Nanoseconds that a thread may lose with huge pages before it takes small ones.
    const LOSS: u64 = 1_000_000;

    /// Bytes that get small pages before huge ones are tried again.
    const PATIENCE: usize = 512 << 20;

    /// What is left of them.
    static SMALL_LEFT: AtomicUsize = AtomicUsize::new(0);

    pub(crate) fn advise_huge_pages_in(region: Range<usize>, threads: usize) {
        let pages = region.start.next_multiple_of(HUGE)..region.end / HUGE * HUGE;
        if region.len() < WORTH_ADVISING || pages.is_empty() || !is_fresh(pages.start) {
            return;
        }
        let left = SMALL_LEFT.load(Relaxed);
        SMALL_LEFT.store(left.saturating_sub(pages.len()), Relaxed);
        advise(pages.clone(), if left > 0 { libc::MADV_NOHUGEPAGE } else { libc::MADV_HUGEPAGE });
        populate(pages, threads, left > 0);
    }

    /// Takes pages, which costs less than touching them does: huge ones as long as they cost no more than small ones.
    ///
    /// On a virtual machine whose host has taken free memory back, a huge page can cost six times the small ones in its
    /// place.
    fn populate(pages: Range<usize>, threads: usize, small: bool) {
        let (next, small) = (AtomicUsize::new(pages.start), AtomicBool::new(small));
        let work = || {
            let start = thread_time();
            for taken in 1.. {
                let page = next.fetch_add(HUGE, Relaxed);
                // Kernels before 5.14 don't know this; the pages come at first touch there.
                if page >= pages.end || !advise(page..page + HUGE, libc::MADV_POPULATE_WRITE) {
                    return;
                }
                let slow = thread_time() - start > taken * SMALL + LOSS;
                if slow && !small.swap(true, Relaxed) {
                    SMALL_LEFT.store(PATIENCE, Relaxed);
                    advise(next.load(Relaxed).min(pages.end)..pages.end, libc::MADV_NOHUGEPAGE);
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 1..threads.min(pages.len() / WORTH_ADVISING) {
                // Without a helper it takes longer, that's all.
                let _ = std::thread::Builder::new().spawn_scoped(scope, work);
            }
            work();
        });
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
