package io.github.peft4j.task.tokenize.use;

/** What a tokenizer is used for, where a file may serve for one use and not for another. */
public enum Use {

    /** Any text, pair of texts or list of words. */
    ENCODE("encode texts"),

    /** A text or a list of words alone, with special tokens. */
    SPECIAL_TOKENS_OF_TEXT("put special tokens around a text"),

    /** Two texts in one row, with special tokens. */
    SPECIAL_TOKENS_OF_PAIR("put special tokens around a pair of texts"),

    /** Any ids. */
    DECODE("decode ids");

    private final String words;

    Use(String words) {
        this.words = words;
    }

    /** The use as an error names it. */
    public String words() {
        return words;
    }
}
