//! A few threads that work through the phases of many steps together.
//!
//! The leader publishes a phase, does its own part, and waits for the others. Waiting is a bounded spin, then parking:
//! a member whose core is busy with something else gets the leader's core. Where that happens, the leader works alone
//! for a while, doing everybody's part, before it asks for help again: who does a part never changes its bits.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::{self, Builder, Thread};

/// Steps that the leader does alone after it had to park, at first and at most.
const SOLO: (u32, u32) = (4, 4096);
/// Steps together without parking after which the machine counts as quiet again: a single late member may have been
/// held up by an interrupt, several in a row by a neighbour.
const QUIET: u32 = 16;
/// Spins of about 20 ns before a thread parks, beside those that stand for the phase's own length.
const SPINS: usize = 2000;

/// The number that tells the members to go home.
const STOP: usize = usize::MAX;

/// A thread that may be asleep.
#[derive(Debug, Default)]
struct Seat {
    thread: OnceLock<Thread>,
    parked: AtomicBool,
}

impl Seat {
    /// Returns when `ready` holds; true if that took parking.
    fn wait(&self, spins: usize, ready: impl Fn() -> bool) -> bool {
        for _ in 0..spins {
            if ready() {
                return false;
            }
            std::hint::spin_loop();
        }
        self.parked.store(true, Ordering::SeqCst);
        while !ready() {
            thread::park();
        }
        self.parked.store(false, Ordering::Relaxed);
        true
    }

    /// To be called after what the thread waits for has been made true.
    fn wake(&self) {
        if self.parked.load(Ordering::SeqCst)
            && let Some(thread) = self.thread.get()
        {
            thread.unpark();
        }
    }
}

/// Two cache lines of its own: threads that wait for one value don't take another from those who write it.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Apart<T>(T);

#[derive(Debug)]
struct Board {
    /// Counts published phases.
    turn: Apart<AtomicUsize>,
    phase: AtomicUsize,
    /// Members that are not done with the phase.
    busy: Apart<AtomicUsize>,
    failed: AtomicBool,
    leader: Seat,
    seats: Vec<Seat>,
}

/// The leader's handle on its team.
pub(crate) struct Team<'a, W: Fn(usize, usize) + Sync> {
    work: &'a W,
    board: &'a Board,
    members: usize,
    spins: usize,
    /// Steps to do alone before the team is asked again, and how many the next such stretch has.
    solo: u32,
    next_solo: u32,
    /// Steps together since the last late one.
    together: u32,
}

/// Runs `lead` with a team of `members`, the caller's thread among them; `work(phase, member)` does one member's part.
/// `spins` says how long a phase may keep a member waiting before it parks.
pub(crate) fn with_team<W: Fn(usize, usize) + Sync, R>(
    members: usize,
    spins: usize,
    work: &W,
    lead: impl FnOnce(&mut Team<W>) -> R,
) -> R {
    let board = Board {
        turn: Apart::default(),
        phase: AtomicUsize::new(0),
        busy: Apart::default(),
        failed: AtomicBool::new(false),
        leader: Seat::default(),
        seats: (1..members).map(|_| Seat::default()).collect(),
    };
    let spins = SPINS + spins;
    thread::scope(|scope| {
        let _ = board.leader.thread.set(thread::current());
        let mut hired = 0;
        for member in 1..members {
            let board = &board;
            hired += usize::from(
                Builder::new().spawn_scoped(scope, move || follow(board, member, spins, work)).is_ok(),
            );
        }
        // A system that gives no thread leaves everything to the leader.
        let solo = if hired + 1 == members { 0 } else { u32::MAX };
        let mut team = Team { work, board: &board, members, spins, solo, next_solo: SOLO.0, together: 0 };
        lead(&mut team)
    })
}

/// A member's life: wait for a phase, do its part, say so.
fn follow<W: Fn(usize, usize) + Sync>(board: &Board, member: usize, spins: usize, work: &W) {
    let seat = &board.seats[member - 1];
    let _ = seat.thread.set(thread::current());
    let mut seen = 0;
    loop {
        seat.wait(spins, || board.turn.0.load(Ordering::SeqCst) != seen);
        seen = board.turn.0.load(Ordering::SeqCst);
        let phase = board.phase.load(Ordering::Acquire);
        if phase == STOP {
            return;
        }
        let done = Done { board };
        work(phase, member);
        drop(done);
    }
}

/// Says that a member is done, also when it panicked.
struct Done<'a> {
    board: &'a Board,
}

impl Drop for Done<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.board.failed.store(true, Ordering::SeqCst);
        }
        self.board.busy.0.fetch_sub(1, Ordering::SeqCst);
        self.board.leader.wake();
    }
}

impl<W: Fn(usize, usize) + Sync> Team<'_, W> {
    /// Has every member do its part of `phase`, and returns when all have.
    ///
    /// # Panics
    /// If a member panicked.
    pub fn run(&mut self, phase: usize) {
        if self.members == 1 || self.solo > 0 {
            return (0..self.members).for_each(|member| (self.work)(phase, member));
        }
        self.board.busy.0.store(self.members - 1, Ordering::SeqCst);
        self.publish(phase);
        (self.work)(phase, 0);
        let late = self.board.leader.wait(self.spins, || self.board.busy.0.load(Ordering::SeqCst) == 0);
        assert!(!self.board.failed.load(Ordering::SeqCst), "a thread of the training team panicked");
        if late {
            self.solo = self.next_solo;
            self.next_solo = (self.next_solo * 2).min(SOLO.1);
            self.together = 0;
        }
    }

    /// Counts a finished step.
    pub fn step(&mut self) {
        if self.members == 1 || self.solo == u32::MAX {
            return;
        }
        if self.solo > 0 {
            self.solo -= 1;
            return;
        }
        self.together += 1;
        if self.together == QUIET {
            self.next_solo = SOLO.0;
        }
    }

    fn publish(&self, phase: usize) {
        self.board.phase.store(phase, Ordering::Release);
        self.board.turn.0.fetch_add(1, Ordering::SeqCst);
        self.board.seats.iter().for_each(Seat::wake);
    }
}

impl<W: Fn(usize, usize) + Sync> Drop for Team<'_, W> {
    fn drop(&mut self) {
        self.publish(STOP);
    }
}
