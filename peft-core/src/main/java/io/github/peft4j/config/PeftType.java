package io.github.peft4j.config;

import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.errorprone.annotations.Immutable;
import io.github.peft4j.internal.text.Text;
import java.util.SortedSet;

/**
 * The name of a method, as in {@code peft_type} of adapter_config.json.
 *
 * <p>A value, not an enum: what a method does is found by its name ({@link PeftMethods}), never by
 * a switch. Every name of Hugging Face PEFT 0.21 is known here, whether this version implements the
 * method or not.
 */
@Immutable
public final class PeftType {

    private static final ImmutableMap<String, PeftType> KNOWN =
            table(
                    "ADALORA ADAMSS ADAPTION_PROMPT BEFT BOFT C3A CARTRIDGE CPT DEFT DELORA"
                            + " FOURIERFT FROD GLORA GRALORA HIRA HRA IA3 LILY LN_TUNING LOHA LOKR"
                            + " LORA MISS MULTITASK_PROMPT_TUNING OFT OSF PEANUT POLY PREFIX_TUNING"
                            + " PROMPT_TUNING PSOFT PVERA P_TUNING RANDLORA ROAD SHADOW SHIRA"
                            + " SUPERTUNING TINYLORA TRAINABLE_TOKENS UNILORA VBLORA VERA WAVEFT"
                            + " XLORA");

    /** Low-rank adaptation. */
    public static final PeftType LORA = of("LORA");

    private final String name;

    private PeftType(String name) {
        this.name = name;
    }

    private static ImmutableMap<String, PeftType> table(String names) {
        ImmutableMap.Builder<String, PeftType> table = ImmutableMap.builder();
        for (String name : Splitter.on(' ').split(names)) {
            table.put(name, new PeftType(name));
        }
        return table.buildOrThrow();
    }

    /**
     * The method of this name, in upper case as in files.
     *
     * @throws IllegalArgumentException if PEFT has no such method; the text lists all names
     */
    public static PeftType of(String name) {
        PeftType type = KNOWN.get(name);
        if (type == null) {
            throw new IllegalArgumentException(
                    "Unknown peft_type '"
                            + Text.cut(name)
                            + "'. Must be one of: "
                            + Joiner.on(", ").join(knownNames())
                            + ". Correct peft_type in the config.");
        }
        return type;
    }

    /** The names of all methods that PEFT has, in alphabetical order. */
    public static SortedSet<String> knownNames() {
        return ImmutableSortedSet.copyOf(KNOWN.keySet());
    }

    /** The name in files, such as {@code LORA}. */
    public String name() {
        return name;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PeftType type && type.name.equals(name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
