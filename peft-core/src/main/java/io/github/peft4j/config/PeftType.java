package io.github.peft4j.config;

import com.google.common.base.Joiner;
import com.google.common.base.Splitter;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSortedSet;
import com.google.errorprone.annotations.Immutable;
import java.util.Locale;

/**
 * The name of a method, as in {@code peft_type} of adapter_config.json.
 *
 * <p>A value, not an enum: what a method does is found by its name ({@link
 * io.github.peft4j.tuner.Tuners}), never by a switch. Every name of Hugging Face PEFT 0.21 is known
 * here, whether this version implements the method or not.
 */
@Immutable
public final class PeftType {

    /** Prefixes that are not the lower-case name with an underscore. */
    private static final ImmutableMap<String, String> PREFIXES =
            ImmutableMap.of(
                    "ADALORA", "lora_",
                    "LOHA", "hada_",
                    "PVERA", "pvera_lambda_",
                    "VERA", "vera_lambda_");

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
    private final String prefix;

    private PeftType(String name, String prefix) {
        this.name = name;
        this.prefix = prefix;
    }

    private static ImmutableMap<String, PeftType> table(String names) {
        ImmutableMap.Builder<String, PeftType> table = ImmutableMap.builder();
        for (String name : Splitter.on(' ').split(names)) {
            String usual = name.toLowerCase(Locale.ROOT) + "_";
            table.put(name, new PeftType(name, PREFIXES.getOrDefault(name, usual)));
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
                            + name
                            + "'. Must be one of: "
                            + Joiner.on(", ").join(knownNames())
                            + ". Correct peft_type in the config.");
        }
        return type;
    }

    /** The names of all methods that PEFT has, in alphabetical order. */
    public static ImmutableSortedSet<String> knownNames() {
        return ImmutableSortedSet.copyOf(KNOWN.keySet());
    }

    /** The name in files, such as {@code LORA}. */
    public String name() {
        return name;
    }

    /** How the names of the method's trained tensors start, such as {@code lora_}. */
    public String prefix() {
        return prefix;
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
