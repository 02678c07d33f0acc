//! The command line.

use super::trouble::Trouble;
use std::path::PathBuf;

pub(crate) const HELP: &str = "\
Usage: bundle [--dev] [--budget] [--wasm-opt PATH]
  --dev            a quick build: not optimised, sizes not checked
  --budget         fail when the bundle is too big for the first load
  --wasm-opt PATH  this wasm-opt (else the environment's WASM_OPT, else the
                   one in tests/node_modules); 117 or newer";

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    pub dev: bool,
    pub budget: bool,
    pub wasm_opt: Option<PathBuf>,
}

impl Options {
    /// Reads the arguments after the program's name.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, Trouble> {
        let mut options = Self::default();
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--dev" => options.dev = true,
                "--budget" => options.budget = true,
                "--wasm-opt" => options.wasm_opt = Some(path(arguments.next())?),
                "--help" | "-h" => return Err(Trouble::Help),
                other => return Err(Trouble::Usage(format!("{other:?} is not known"))),
            }
        }
        Ok(options)
    }
}

fn path(value: Option<String>) -> Result<PathBuf, Trouble> {
    value
        .map(PathBuf::from)
        .ok_or_else(|| Trouble::Usage("--wasm-opt needs a path".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Options, Trouble> {
        Options::read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn reads_what_is_known_and_refuses_the_rest() {
        assert!(matches!(read(""), Ok(options) if options == Options::default()));
        assert!(matches!(read("--dev --budget"), Ok(o) if o.dev && o.budget));
        assert!(matches!(read("--wasm-opt /x"), Ok(o) if o.wasm_opt == Some("/x".into())));
        assert!(matches!(read("--wasm-opt"), Err(Trouble::Usage(_))));
        assert!(matches!(read("--fast"), Err(Trouble::Usage(_))));
        assert!(matches!(read("-h"), Err(Trouble::Help)));
    }
}
