package io.github.peft4j.internal.text;

import com.google.common.collect.Interner;
import com.google.common.collect.Interners;

/** Names that many adapters of one base have in common, each kept once as long as one uses it. */
public final class Names {

    private static final Interner<String> KNOWN = Interners.newWeakInterner();

    private Names() {}

    /** The same name, kept once. */
    public static String shared(String name) {
        return KNOWN.intern(name);
    }
}
