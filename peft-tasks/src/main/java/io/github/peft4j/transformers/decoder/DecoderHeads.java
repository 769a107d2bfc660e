package io.github.peft4j.transformers.decoder;

import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Sets;
import io.github.peft4j.transformers.family.AutoClass;
import java.util.Set;

/**
 * How a family calls its classes and modules, and which heads it has: all that differs where a head
 * stands on a decoder.
 *
 * @param classes what its class names begin with, e.g. {@code Llama}
 * @param library Python module of the classes
 * @param languageModel name of the class for {@link AutoClass#CAUSAL_LM}
 * @param prefix module name of the layers
 * @param questionPrefix the same below {@link AutoClass#QUESTION_ANSWERING}, where some differ
 * @param words path of the token embedding below the layers
 * @param tokenHead module name of a token classifier's layer
 * @param heads what transformers has for the family
 */
public record DecoderHeads(
        String classes,
        String library,
        String languageModel,
        String prefix,
        String questionPrefix,
        String words,
        String tokenHead,
        Set<AutoClass> heads) {

    /** Copies the collections. */
    public DecoderHeads {
        heads = ImmutableSet.copyOf(heads);
    }

    /**
     * The names that most families have, and the heads of all.
     *
     * @param classes what class names begin with
     * @param folder of the family in transformers
     */
    public static DecoderHeads of(String classes, String folder) {
        return new DecoderHeads(
                classes,
                "transformers.models." + folder + ".modeling_" + folder,
                classes + "ForCausalLM",
                "model",
                "model",
                "embed_tokens",
                "score",
                Sets.immutableEnumSet(
                        AutoClass.MODEL,
                        AutoClass.CAUSAL_LM,
                        AutoClass.SEQUENCE_CLASSIFICATION,
                        AutoClass.TOKEN_CLASSIFICATION,
                        AutoClass.QUESTION_ANSWERING));
    }

    /** The same with another name for the language model's class. */
    public DecoderHeads withLanguageModel(String name) {
        return new DecoderHeads(
                classes, library, name, prefix, questionPrefix, words, tokenHead, heads);
    }

    /** The same with other module names. */
    public DecoderHeads withModules(String layers, String wordTable, String tokenClassifier) {
        return new DecoderHeads(
                classes, library, languageModel, layers, layers, wordTable, tokenClassifier, heads);
    }

    /** The same with another module name of the layers below a question answerer. */
    public DecoderHeads withQuestionPrefix(String layers) {
        return new DecoderHeads(
                classes, library, languageModel, prefix, layers, words, tokenHead, heads);
    }

    /** The same without a head. */
    public DecoderHeads without(AutoClass head) {
        return new DecoderHeads(
                classes,
                library,
                languageModel,
                prefix,
                questionPrefix,
                words,
                tokenHead,
                Sets.immutableEnumSet(Sets.difference(heads, ImmutableSet.of(head))));
    }
}
