//! Finds circles among things that wait for each other. Knows nothing of what they are.

use std::collections::BTreeMap;

/// The strongly connected things that wait for nothing but each other, among those that `from` waits for, by however
/// many steps. Ascending. (Tarjan's algorithm, up to the first component.)
pub(super) fn closed_circle(from: usize, waits_for: impl Fn(usize) -> Vec<usize>) -> Vec<usize> {
    // Of each thing met its place on the stack: nothing leaves that, as the first component to be whole ends the search.
    let mut met = BTreeMap::from([(from, 0_usize)]);
    let mut stack = vec![from];
    let mut walk = vec![Step { number: 0, low: 0, left: waits_for(from) }];
    while let Some(step) = walk.last_mut() {
        if let Some(next) = step.left.pop() {
            if let Some(number) = met.get(&next) {
                step.low = step.low.min(*number);
                continue;
            }
            let number = met.len();
            met.insert(next, number);
            stack.push(next);
            walk.push(Step { number, low: number, left: waits_for(next) });
            continue;
        }
        let (number, low) = (step.number, step.low);
        if low == number {
            let mut circle = stack.split_off(number);
            circle.sort_unstable();
            return circle;
        }
        walk.pop();
        if let Some(before) = walk.last_mut() {
            before.low = before.low.min(low);
        }
    }
    Vec::new()
}

/// A step of the way down.
struct Step {
    number: usize,
    low: usize,
    /// What is still to be looked at.
    left: Vec<usize>,
}
