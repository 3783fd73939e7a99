//! Which sentences are central: TextRank over TF-IDF.

use std::collections::BTreeMap;

/// How much of a sentence's weight comes from the others.
const DAMPING: f64 = 0.85;
const ROUNDS: usize = 30;

/// A sentence as weights of its words, of length one. Sorted by word, so that sums are the same on
/// every run.
pub(crate) type Vector = Vec<(usize, f64)>;

/// Weighs the words of each sentence: often here, seldom elsewhere.
pub(crate) fn vectors(sentences: &[Vec<String>]) -> Vec<Vector> {
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut n_with: Vec<usize> = Vec::new();
    let mut counted: Vec<BTreeMap<usize, f64>> = Vec::with_capacity(sentences.len());
    for terms in sentences {
        let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
        for term in terms {
            let next = numbers.len();
            let number = *numbers.entry(term).or_insert(next);
            *counts.entry(number).or_default() += 1.0;
        }
        n_with.resize(numbers.len(), 0);
        for number in counts.keys() {
            n_with[*number] += 1;
        }
        counted.push(counts);
    }
    let n = sentences.len() as f64;
    counted
        .into_iter()
        .map(|counts| {
            let weighed: Vector = counts
                .into_iter()
                .map(|(number, count)| (number, count * (1.0 + n / n_with[number] as f64).ln()))
                .collect();
            let length = weighed.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
            if length == 0.0 {
                weighed
            } else {
                weighed.into_iter().map(|(number, weight)| (number, weight / length)).collect()
            }
        })
        .collect()
}

/// How alike two sentences are, 0 to 1.
pub(crate) fn likeness(a: &Vector, b: &Vector) -> f64 {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut sum = 0.0;
    while let (Some((left, x)), Some((right, y))) = (a.peek(), b.peek()) {
        match left.cmp(right) {
            std::cmp::Ordering::Less => drop(a.next()),
            std::cmp::Ordering::Greater => drop(b.next()),
            std::cmp::Ordering::Equal => {
                sum += x * y;
                a.next();
                b.next();
            }
        }
    }
    sum
}

/// A sentence's weight by the weights of those it is like; the mean is 1. Quadratic in their number.
pub(crate) fn ranks(vectors: &[Vector]) -> Vec<f64> {
    let n = vectors.len();
    let mut likenesses = vec![vec![0.0; n]; n];
    for i in 0..n {
        for j in 0..i {
            let likeness = likeness(&vectors[i], &vectors[j]);
            likenesses[i][j] = likeness;
            likenesses[j][i] = likeness;
        }
    }
    let sums: Vec<f64> = likenesses.iter().map(|row| row.iter().sum()).collect();
    let mut ranks = vec![1.0; n];
    for _ in 0..ROUNDS {
        ranks = (0..n)
            .map(|i| {
                let given: f64 = (0..n)
                    .filter(|j| sums[*j] > 0.0)
                    .map(|j| likenesses[j][i] / sums[j] * ranks[j])
                    .sum();
                1.0 - DAMPING + DAMPING * given
            })
            .collect();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_sentence_that_shares_most_words_ranks_highest() {
        let sentences = ["index search", "index search morpheme", "morpheme search", "lunch rain"];
        let ranks = ranks(&vectors(&sentences.map(split)));
        let highest = (0..4).max_by(|a, b| ranks[*a].total_cmp(&ranks[*b]));
        assert_eq!(highest, Some(1), "{ranks:?}");
        assert!(ranks[3] < ranks[0]);
    }

    #[test]
    fn likeness_is_one_with_oneself_and_zero_with_a_stranger() {
        let vectors = vectors(&["a b c", "d e", ""].map(split));
        assert!((likeness(&vectors[0], &vectors[0]) - 1.0).abs() < 1e-9);
        assert_eq!(likeness(&vectors[0], &vectors[1]), 0.0);
    }
}
