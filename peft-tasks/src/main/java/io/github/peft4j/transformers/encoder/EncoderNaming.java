package io.github.peft4j.transformers.encoder;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.github.peft4j.transformers.family.AutoClass;
import io.github.peft4j.transformers.family.Backbone;
import io.github.peft4j.transformers.family.FamilyParts;

/**
 * How Python spells an encoder family.
 *
 * @param classes what its class names begin with, e.g. {@code Bert}
 * @param module folder and file of its classes, e.g. {@code bert}
 * @param prefix name of the layers in a model with a head
 */
public record EncoderNaming(String classes, String module, String prefix) {

    /** What transformers has for every encoder here. */
    public static final ImmutableSet<AutoClass> HEADS =
            Sets.immutableEnumSet(
                    AutoClass.MODEL,
                    AutoClass.MASKED_LM,
                    AutoClass.SEQUENCE_CLASSIFICATION,
                    AutoClass.TOKEN_CLASSIFICATION,
                    AutoClass.QUESTION_ANSWERING);

    private static final String WORDS = "embeddings.word_embeddings";
    private static final String AUTO = AutoClass.MODEL.className();

    /** Full name of the word embedding's weight in a model with a head. */
    public String words() {
        return prefix + "." + WORDS + ".weight";
    }

    /** Begins the parts of a model. */
    public FamilyParts.Builder parts(AutoClass head, Backbone layers, EncoderConfig config) {
        String role = head == AutoClass.MODEL ? "Model" : head.className().substring(AUTO.length());
        return FamilyParts.builder(
                        classes + role,
                        "transformers.models." + module + ".modeling_" + module,
                        layers)
                .setPrefix(prefix, head == AutoClass.MODEL)
                .setInputEmbedding(WORDS)
                .setInitializerRange(config.initializerRange())
                .addMayBeFresh(prefix + ".pooler");
    }
}
