#!/usr/bin/env bash
# std.sh [TARGET]
#
# Makes `cargo build --target TARGET` work with the Rust compiler of this machine.
# TARGET is wasm32-unknown-unknown unless another one is named.
#
#   1. The standard library of TARGET is there (proved by compiling a program): nothing is done.
#   2. rustup adds it; DEEPDIVE_STD_FROM_SOURCE=1 skips this way.
#   3. It is built once from the compiler's own source, and copied beside the other targets.
#      The source is, in this order: $DEEPDIVE_STD_SOURCE, rustup's component rust-src with its
#      vendored dependencies, or Debian's package rust-src of exactly this compiler's version.
#
# Idempotent, and safe to call from several processes at once. Exit status 0 means that TARGET works.
#
#   DEEPDIVE_STD_FROM_SOURCE=1     do not ask rustup
#   DEEPDIVE_STD_SOURCE=DIR        the folder `library` of the source of this very compiler
#   DEEPDIVE_STD_SUITES="a b"      Debian suites to look in first
#   RUSTC=PROGRAM                  the compiler to equip
set -euo pipefail

TARGET=${1:-wasm32-unknown-unknown}
RUSTC=${RUSTC:-rustc}
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/deepdive/rust-std

say() { printf '    %s\n' "$*"; }

# give_up WHAT... : says what failed, and what a reader can do about it.
give_up() {
  {
    say "$@"
    say "To go on, do one of these, then run the command again:"
    say "  - with rustup:        rustup target add $TARGET"
    say "  - with a source tree: DEEPDIVE_STD_SOURCE=<rust $VERSION source>/library"
  } >&2
  exit 1
}

command -v "$RUSTC" >/dev/null || { say "there is no Rust compiler: '$RUSTC' was not found" >&2; exit 1; }
VERSION=$("$RUSTC" -vV | sed -n 's/^release: //p')
COMMIT=$("$RUSTC" -vV | sed -n 's/^commit-hash: //p')

# --- is it there? -------------------------------------------------------------------------------

# Compiles a program that uses std. For wasm it is linked too, with the panic strategy of the release
# build: a std without panic_abort compiles a library but links no program.
works() {
  local dir status=0
  dir=$(mktemp -d)
  cat >"$dir/probe.rs" <<'RUST'
#[unsafe(no_mangle)]
pub extern "C" fn probe(n: usize) -> usize {
    (0..n).map(|i| i.to_string()).collect::<Vec<String>>().concat().len()
}
RUST
  case $TARGET in
    wasm32-*) set -- --crate-type cdylib -Cpanic=abort ;;
    *) set -- --crate-type rlib ;;
  esac
  "$RUSTC" --edition 2024 "$@" --target "$TARGET" -o "$dir/probe" "$dir/probe.rs" >"$dir/log" 2>&1 || status=$?
  [ "$status" = 0 ] || LAST_PROBE=$(sed 's/^/      /' "$dir/log")
  rm -rf "$dir"
  return "$status"
}

if works; then
  say "the standard library of $TARGET is there (rustc $VERSION)"
  exit 0
fi

# --- by rustup ----------------------------------------------------------------------------------

if [ "${DEEPDIVE_STD_FROM_SOURCE:-0}" = 1 ]; then
  say "DEEPDIVE_STD_FROM_SOURCE=1: rustup is not asked"
elif [ "$RUSTC" = rustc ] && command -v rustup >/dev/null; then
  say "rustup target add $TARGET"
  # A limit, because rustup retries for minutes on a machine that cannot reach its server.
  if timeout 180 rustup target add "$TARGET" >&2 && works; then exit 0; fi
  say "rustup could not add it; building it from source instead"
fi

# --- the source ---------------------------------------------------------------------------------

WORK=$CACHE/$VERSION
mkdir -p "$WORK"
exec 9>"$CACHE/lock"
flock 9
if works; then say "another process has just installed it"; exit 0; fi

library_in() { # DIR : the folder `library` of a Debian rust-src package that was unpacked there
  local dir
  for dir in "$1"/usr/src/rustc-*/library; do
    if [ -f "$dir/std/Cargo.toml" ]; then printf '%s\n' "$dir"; fi
  done
}

# Downloads Debian's source of this compiler's version. An apt configuration of our own, in a folder
# of our own, lets any user do that, checks signatures, and leaves the machine's apt as it is. The
# archive's address is the one that the machine's apt uses already.
source_from_debian() {
  local keys=/usr/share/keyrings/debian-archive-keyring.gpg apt=$WORK/apt package
  command -v apt-get >/dev/null || give_up "this is no Debian system, so the source of rustc $VERSION cannot be fetched from there"
  [ -f "$keys" ] || give_up "Debian's signing keys are missing: install the package debian-archive-keyring"

  rm -rf "$apt"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  : >"$apt/status"
  : >"$apt/sources.list"
  local options=(
    -o "Dir::Etc::sourcelist=$apt/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o Dir::Etc::preferences=/dev/null -o Dir::Etc::preferencesparts=/dev/null
    -o "Dir::State::lists=$apt/lists" -o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache"
    -o Acquire::Languages=none -o Acquire::AllowInsecureRepositories=false
    -o APT::Get::AllowUnauthenticated=false -o APT::Sandbox::User=root
    -o APT::Update::Post-Invoke= -o APT::Update::Post-Invoke-Success=
  )

  archive() { # NAME : the address of an archive that this machine's apt already uses
    apt-get indextargets --format '$(REPO_URI)' | sed 's,/*$,/,' | grep -E "/$1/\$" | sort -u | head -1
  }
  local main security
  main=$(archive debian || true)
  security=$(archive debian-security || true)
  [ -n "$main" ] || give_up "this machine's apt configuration names no Debian archive"

  find_in() { # SUITE... : adds the suites, prints "package=version" of the source of this compiler
    local suite address name
    for suite in "$@"; do
      case $suite in *-security) address=$security ;; *) address=$main ;; esac
      [ -z "$address" ] || echo "deb [signed-by=$keys] $address $suite main" >>"$apt/sources.list"
    done
    # An archive need not have every suite, so a failed update is judged by what it brought.
    apt-get "${options[@]}" -qq update >"$apt/update.log" 2>&1 || true
    for name in rust-src rust-web-src; do
      apt-cache "${options[@]}" madison "$name" 2>/dev/null | awk -F'|' -v version="$VERSION" '
        { gsub(/ /, "") }
        index($2, version "+") == 1 || index($2, version "-") == 1 { print $1 "=" $2; exit }'
    done | head -1
  }

  # The suites whose index is small come first; a main suite's index is 10 MB.
  say "looking for the source of rustc $VERSION in Debian"
  package=$(find_in ${DEEPDIVE_STD_SUITES:-trixie-backports bookworm-backports})
  [ -n "$package" ] || package=$(find_in bookworm-security trixie-security)
  [ -n "$package" ] || package=$(find_in trixie forky sid)
  if [ -z "$package" ]; then
    if ! compgen -G "$apt/lists/*Packages*" >/dev/null; then
      sed 's/^/      /' "$apt/update.log" >&2
      give_up "Debian's package lists could not be read"
    fi
    say "no Debian suite has the source of rustc $VERSION; they have:"
    { apt-cache "${options[@]}" madison rust-src; apt-cache "${options[@]}" madison rust-web-src; } |
      awk -F'|' '{ print "     " $1 $2 }' >&2
    give_up "a compiler of one of these versions would do, too"
  fi

  say "downloading $package (signed)"
  rm -rf "$WORK/src" "$WORK"/*.deb
  mkdir -p "$WORK/src"
  (cd "$WORK" && apt-get "${options[@]}" -qq download "$package" >/dev/null) || give_up "$package could not be downloaded"
  # A Debian package is an `ar` archive; dpkg-deb is on every Debian system.
  dpkg-deb --fsys-tarfile "$WORK"/*.deb | tar -x -C "$WORK/src" --wildcards './usr/src/rustc-*/library'
  rm -rf "$WORK"/*.deb "$apt"
}

SOURCE=${DEEPDIVE_STD_SOURCE:-}
if [ -n "$SOURCE" ] && [ ! -f "$SOURCE/std/Cargo.toml" ]; then
  give_up "DEEPDIVE_STD_SOURCE=$SOURCE holds no std/Cargo.toml"
fi
if [ -z "$SOURCE" ]; then
  component=$("$RUSTC" --print sysroot)/lib/rustlib/src/rust/library
  if [ -f "$component/std/Cargo.toml" ] && [ -d "$component/vendor" ]; then SOURCE=$component; fi
fi
[ -n "$SOURCE" ] || SOURCE=$(library_in "$WORK/src")
if [ -z "$SOURCE" ]; then
  source_from_debian
  SOURCE=$(library_in "$WORK/src")
  [ -n "$SOURCE" ] || give_up "Debian's package holds no library/std"
fi
say "source: $SOURCE"

# --- the build ----------------------------------------------------------------------------------

BUILD=$WORK/build-$TARGET
rm -rf "$BUILD"
mkdir -p "$BUILD/src"
printf '#![no_std]\n' >"$BUILD/src/lib.rs"
case $TARGET in wasm32-*) panic=abort ;; *) panic=unwind ;; esac
cat >"$BUILD/Cargo.toml" <<TOML
[package]
name = "empty"
version = "0.0.0"
edition = "2024"
[workspace]
[profile.release]
opt-level = 3
debug = false
panic = "$panic"
TOML
# rustc refuses a panic_abort that was compiled for unwinding.
cat >"$BUILD/rustc-wrapper" <<'SH'
#!/bin/sh
case " $* " in *" --crate-name panic_abort "*) exec "$@" -Cpanic=abort ;; esac
exec "$@"
SH
chmod +x "$BUILD/rustc-wrapper"

build_std() { # CARGO-ARGUMENT...
  # RUSTC_BOOTSTRAP allows -Zbuild-std on a stable compiler; it reaches this one call only.
  # Bitcode is needed for the link-time optimisation of the bundle.
  (cd "$BUILD" &&
    env -u CARGO_ENCODED_RUSTFLAGS -u CARGO_BUILD_TARGET -u CARGO_BUILD_RUSTFLAGS -u RUSTC_WORKSPACE_WRAPPER \
      RUSTC="$RUSTC" RUSTC_WRAPPER="$BUILD/rustc-wrapper" RUSTC_BOOTSTRAP=1 \
      __CARGO_TESTS_ONLY_SRC_ROOT="$SOURCE" CARGO_TARGET_DIR="$BUILD/target" CARGO_INCREMENTAL=0 \
      RUSTFLAGS="-Cembed-bitcode=yes --remap-path-prefix=$SOURCE=/rustc/$COMMIT/library" \
      cargo build --release --target "$TARGET" -Zbuild-std=std,panic_abort "$@" >"$BUILD/log" 2>&1)
}

say "building the standard library for $TARGET (about 50 CPU seconds, once)"
built=0
if [ -d "$SOURCE/vendor" ]; then
  build_std --offline \
    --config 'source.crates-io.replace-with="std-vendor"' \
    --config "source.std-vendor.directory='$SOURCE/vendor'" && built=1
fi
# Without usable vendored dependencies, cargo's own registry has them, as std's lock file names them.
if [ "$built" = 0 ] && ! build_std; then
  tail -30 "$BUILD/log" | sed 's/^/      /' >&2
  give_up "the standard library did not compile; the whole log is $BUILD/log"
fi

# --- into the toolchain -------------------------------------------------------------------------

LIBRARIES=$("$RUSTC" --print target-libdir --target "$TARGET")
rm -rf "$LIBRARIES.new"
mkdir -p "$LIBRARIES.new" 2>/dev/null ||
  give_up "$LIBRARIES cannot be written to: the toolchain belongs to another user"
cp "$BUILD/target/$TARGET"/release/deps/lib*.rlib "$LIBRARIES.new/"
rm -f "$LIBRARIES.new"/libempty*
rm -rf "$LIBRARIES"
mv "$LIBRARIES.new" "$LIBRARIES"
rm -rf "$BUILD"
if ! works; then
  printf '%s\n' "$LAST_PROBE" >&2
  give_up "the standard library was built, but does not compile a program"
fi
say "installed the standard library for $TARGET, built from source ($(du -sm "$LIBRARIES" | cut -f1) MB)"
