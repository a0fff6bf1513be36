//! Burns CPU: 70 % in one function, 20 in another, 10 in a third. Says "ready" when it has begun, and ends with its input.

use std::hint::black_box;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

static ENDED: AtomicBool = AtomicBool::new(false);

mod burn {
    use super::black_box;

    pub trait Share {
        fn burn(&self, sum: f64, unit: u32) -> f64;
    }

    pub struct Part<const TIMES: u64>;

    impl<const TIMES: u64> Share for Part<TIMES> {
        #[inline(never)]
        fn burn(&self, mut sum: f64, unit: u32) -> f64 {
            for i in 0..TIMES * u64::from(unit) {
                sum = black_box(sum * 1.0000001 + i as f64);
            }
            if sum > 1e9 { 0.0 } else { sum }
        }
    }

    #[inline(never)]
    pub fn seventy(sum: f64, unit: u32) -> f64 { black_box(Part::<7>.burn(sum, unit)) }

    #[inline(never)]
    pub fn twenty(sum: f64, unit: u32) -> f64 { black_box(Part::<2>.burn(sum, unit)) }

    #[inline(never)]
    pub fn ten(sum: f64, unit: u32) -> f64 { black_box(Part::<1>.burn(sum, unit)) }
}

fn main() {
    std::thread::spawn(|| {
        let mut bytes = [0; 16];
        while matches!(std::io::stdin().read(&mut bytes), Ok(count) if count > 0) {}
        ENDED.store(true, Ordering::Relaxed);
    });
    println!("ready");
    let (mut sum, mut seed) = (0.0, 1u32);
    while !ENDED.load(Ordering::Relaxed) {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let unit = 5000 + (seed >> 16); // No round is as long as the one before: in step with no sampler.
        sum = burn::ten(burn::twenty(burn::seventy(sum, unit), unit), unit);
    }
    black_box(sum);
}
