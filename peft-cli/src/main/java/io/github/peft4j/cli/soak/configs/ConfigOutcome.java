package io.github.peft4j.cli.soak.configs;

/** What came of a folder with changed files, from the best to the worst. */
enum ConfigOutcome {
    /** It was loaded and used. */
    LOADED,
    /** It was refused, in words that name a file or a key. */
    REFUSED,
    /** An error that is none of this library's, or names nothing, or is too long. */
    ODD,
    /** More processor time or memory than files may ask for. */
    UNBOUNDED,
    /** It ended the process. */
    DEATH
}
