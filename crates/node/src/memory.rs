//! Huge pages for large fresh buffers: first touch of 4 KiB pages costs more than sampling what goes into them.

/// Buffers below this are left alone: the system call would cost more than it saves.
#[cfg(target_os = "linux")]
const WORTH_ADVISING: usize = 4 << 20;

/// Asks for huge pages on the aligned interior of a large buffer, where the system has them.
///
/// Only advice: contents never change, and a refusal is ignored.
#[cfg(target_os = "linux")]
pub(crate) fn advise_huge_pages<T>(out: &mut [T]) {
    const HUGE: usize = 2 << 20;
    let bytes = size_of_val(out);
    if bytes < WORTH_ADVISING {
        return;
    }
    let start = out.as_mut_ptr() as usize;
    let first = start.next_multiple_of(HUGE);
    let last = (start + bytes) / HUGE * HUGE;
    if first < last {
        // SAFETY: [first, last) lies within the exclusively borrowed slice, both ends are page-aligned, and
        // MADV_HUGEPAGE changes neither the contents nor the protection of the pages.
        unsafe {
            libc::madvise(first as *mut libc::c_void, last - first, libc::MADV_HUGEPAGE);
        }
    }
}

/// Other systems choose page sizes themselves.
#[cfg(not(target_os = "linux"))]
pub(crate) fn advise_huge_pages<T>(_: &mut [T]) {}
