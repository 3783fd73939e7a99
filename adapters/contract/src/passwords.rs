//! What every `Passwords` promises.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use domain::UserId;
use domain::ports::Passwords;

/// How a clause gets at an adapter's passwords.
#[async_trait]
pub trait TestPasswords: Send + Sized {
    /// Makes an empty store that nobody else uses.
    async fn fresh() -> Self;

    /// The store.
    fn passwords(&self) -> Arc<dyn Passwords>;
}

/// Makes one named test of each clause for an adapter, a type that implements
/// [`TestPasswords`](crate::passwords::TestPasswords).
#[macro_export]
macro_rules! passwords_contract {
    ($adapter:ty) => {
        $crate::passwords_contract!($adapter:
            the_password_that_was_set_is_right,
            every_other_password_is_wrong,
            every_character_of_a_long_password_counts,
            setting_a_password_ends_the_old_one,
            one_persons_password_is_not_anothers,
            who_does_not_exist_has_no_password,
            who_does_not_exist_takes_as_long_as_a_wrong_password,
            many_checks_at_once_get_their_own_answers,
        );
    };
    ($adapter:ty: $($clause:ident),+ $(,)?) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $clause() {
            let place = <$adapter as $crate::passwords::TestPasswords>::fresh().await;
            $crate::passwords::$clause(place).await;
        })+
    };
}

fn user(number: u128) -> UserId {
    UserId::from_bits(number)
}

/// Any text is a password.
pub async fn the_password_that_was_set_is_right(place: impl TestPasswords) {
    let passwords = place.passwords();
    for (number, password) in (1..).zip(["correct horse", "비밀번호 \u{1f511}", " ", "a\0b"]) {
        passwords.set(&user(number), password).await.unwrap();
        assert!(passwords.check(Some(&user(number)), password).await.unwrap(), "{password:?}");
    }
}

/// Nearly is not enough.
pub async fn every_other_password_is_wrong(place: impl TestPasswords) {
    let passwords = place.passwords();
    passwords.set(&user(1), "correct horse").await.unwrap();
    for wrong in ["", "Correct horse", "correct horse ", "correct hors", "correct horse\0"] {
        assert!(!passwords.check(Some(&user(1)), wrong).await.unwrap(), "{wrong:?}");
    }
}

/// Nothing is cut off silently.
pub async fn every_character_of_a_long_password_counts(place: impl TestPasswords) {
    let passwords = place.passwords();
    let long = "x".repeat(200);
    passwords.set(&user(1), &long).await.unwrap();
    assert!(passwords.check(Some(&user(1)), &long).await.unwrap());
    let last_differs = format!("{}y", &long[..199]);
    assert!(!passwords.check(Some(&user(1)), &last_differs).await.unwrap());
}

/// At once.
pub async fn setting_a_password_ends_the_old_one(place: impl TestPasswords) {
    let passwords = place.passwords();
    passwords.set(&user(1), "old one").await.unwrap();
    passwords.set(&user(1), "new one").await.unwrap();
    assert!(!passwords.check(Some(&user(1)), "old one").await.unwrap());
    assert!(passwords.check(Some(&user(1)), "new one").await.unwrap());
}

/// Each has their own.
pub async fn one_persons_password_is_not_anothers(place: impl TestPasswords) {
    let passwords = place.passwords();
    passwords.set(&user(1), "first").await.unwrap();
    passwords.set(&user(2), "second").await.unwrap();
    assert!(!passwords.check(Some(&user(1)), "second").await.unwrap());
    assert!(passwords.check(Some(&user(2)), "second").await.unwrap());
}

/// Nor does who never set one.
pub async fn who_does_not_exist_has_no_password(place: impl TestPasswords) {
    let passwords = place.passwords();
    for password in ["", "password"] {
        assert!(!passwords.check(None, password).await.unwrap());
        assert!(!passwords.check(Some(&user(9)), password).await.unwrap());
    }
}

/// The clock does not tell whether an address is known. Compares the quickest of several tries, since
/// a busy machine only ever adds time; half is far from the thousandth that no work would take.
pub async fn who_does_not_exist_takes_as_long_as_a_wrong_password(place: impl TestPasswords) {
    let passwords = place.passwords();
    passwords.set(&user(1), "right").await.unwrap();
    let mut quickest = [Duration::MAX; 3];
    for _ in 0..5 {
        for (who, quickest) in [Some(user(1)), None, Some(user(9))].iter().zip(&mut quickest) {
            let begun = Instant::now();
            assert!(!passwords.check(who.as_ref(), "wrong").await.unwrap());
            *quickest = begun.elapsed().min(*quickest);
        }
    }
    let [known, nobody, without] = quickest;
    for unknown in [nobody, without] {
        assert!(unknown * 2 > known && known * 2 > unknown, "{quickest:?}");
    }
}

/// However many ask.
pub async fn many_checks_at_once_get_their_own_answers(place: impl TestPasswords) {
    let passwords = place.passwords();
    passwords.set(&user(1), "right").await.unwrap();
    let checks = (0..8).map(|number| {
        let passwords = passwords.clone();
        let right = number % 2 == 0;
        tokio::spawn(async move {
            let tried = if right { "right" } else { "wrong" };
            assert_eq!(passwords.check(Some(&user(1)), tried).await.unwrap(), right);
        })
    });
    for check in checks.collect::<Vec<_>>() {
        check.await.unwrap();
    }
}
