//! Programs that the system's package manager brings. Only Debian and its relatives are known, and
//! only root may install.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use super::{Missing, Scope};
use crate::process::{call, in_path, output};
use crate::servers;
use crate::tools;

struct Package {
    name: &'static str,
    scope: Scope,
    present: fn() -> bool,
    without: &'static str,
}

const PACKAGES: [Package; 6] = [
    Package {
        name: "espeak-ng",
        scope: Scope::Product,
        present: || in_path("espeak-ng"),
        without: "posts are not read aloud: their speech stage says that no voice is installed",
    },
    Package {
        name: "python3-pip",
        scope: Scope::Product,
        present: || tools::pip().is_some(),
        without: "the Korean dictionary cannot be fetched",
    },
    Package {
        name: "chromium",
        scope: Scope::Everything,
        present: || tools::browser().is_some(),
        without: "the tests in a browser are skipped",
    },
    Package {
        name: "fonts-noto-cjk",
        scope: Scope::Everything,
        present: korean_font,
        without: "screenshots of the tests show boxes in place of Korean",
    },
    Package {
        name: "openjdk-17-jdk-headless",
        scope: Scope::Aws,
        present: || servers::java("javac").is_ok(),
        without: "DynamoDB Local and OpenSearch do not run",
    },
    Package {
        name: "maven",
        scope: Scope::Aws,
        present: || in_path("mvn"),
        without: "DynamoDB Local and OpenSearch cannot be fetched",
    },
];

/// Installs what is missing of the packages in this scope, in one go, and returns what is missing
/// still.
pub fn install(scope: Scope) -> Result<Vec<Missing>> {
    let wanted: Vec<&Package> =
        PACKAGES.iter().filter(|package| package.scope <= scope && !(package.present)()).collect();
    let names: Vec<&str> = wanted.iter().map(|package| package.name).collect();
    if names.is_empty() {
        println!("    nothing is missing");
        return Ok(Vec::new());
    }
    let reason = match hindrance() {
        Some(reason) => reason,
        None => match apt_install(&names) {
            Ok(()) => "it was installed, but does not work".to_owned(),
            Err(error) => format!("{error:#}"),
        },
    };
    let missing = |package: &&Package| Missing {
        what: package.name.to_owned(),
        reason: reason.clone(),
        consequence: package.without,
        remedy: if in_path("apt-get") {
            format!("as root: apt-get install --no-install-recommends {}", package.name)
        } else {
            format!("by the package manager of this system; Debian calls it {}", package.name)
        },
    };
    Ok(wanted.iter().filter(|package| !(package.present)()).map(missing).collect())
}

/// Why nothing can be installed here.
fn hindrance() -> Option<String> {
    if !in_path("apt-get") {
        return Some("this system has no apt-get".to_owned());
    }
    let user = output(Command::new("id").arg("-u")).unwrap_or_default();
    (user.trim() != "0").then(|| "only root may install it".to_owned())
}

fn apt_install(names: &[&str]) -> Result<()> {
    println!("    installing {}", names.join(", "));
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(["-q", "-o", "Dpkg::Use-Pty=0"]);
        command
    };
    // An archive of the machine that fails need not be the one that has our packages.
    if let Err(error) = call(apt().arg("update")) {
        println!("    {error:#}; going on with the package lists that are there");
    }
    call(apt().args(["install", "--yes", "--no-install-recommends"]).args(names))
}

fn korean_font() -> bool {
    let by_fontconfig = output(Command::new("fc-list").args([":lang=ko", "family"]));
    by_fontconfig.is_ok_and(|families| !families.trim().is_empty())
        || Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").is_file()
}
