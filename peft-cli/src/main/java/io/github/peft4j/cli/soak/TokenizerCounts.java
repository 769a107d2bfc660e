package io.github.peft4j.cli.soak;

/**
 * What came of some changed files.
 *
 * @param loaded files that were loaded and used
 * @param limited files that were loaded, and whose use was refused by name in part or altogether
 * @param refused files that were refused by name
 * @param odd files that loading failed for with another exception than the promised one
 * @param deaths files that ended the process
 * @param hangs files that took longer than {@link TokenizerTrial#LONGEST}
 */
record TokenizerCounts(int loaded, int limited, int refused, int odd, int deaths, int hangs) {

    static final TokenizerCounts NONE = new TokenizerCounts(0, 0, 0, 0, 0, 0);

    TokenizerCounts plus(TokenizerCounts other) {
        return new TokenizerCounts(
                loaded + other.loaded,
                limited + other.limited,
                refused + other.refused,
                odd + other.odd,
                deaths + other.deaths,
                hangs + other.hangs);
    }

    @Override
    public String toString() {
        return "%d loaded and used, %d loaded for some uses, %d refused, %d odd errors, %d deaths, %d hangs"
                .formatted(loaded, limited, refused, odd, deaths, hangs);
    }
}
