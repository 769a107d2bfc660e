package io.github.peft4j.transformers.family;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.config.TaskType;
import org.jspecify.annotations.Nullable;

/** What stands on top of a family's layers, by transformers' Auto classes. */
public enum AutoClass {
    /** The layers alone. */
    MODEL("AutoModel"),
    /** The encoder of an encoder-decoder alone. */
    TEXT_ENCODING("AutoModelForTextEncoding"),
    /** Scores of the vocabulary at each position of an encoder. */
    MASKED_LM("AutoModelForMaskedLM"),
    /** Scores of a whole text. */
    SEQUENCE_CLASSIFICATION("AutoModelForSequenceClassification"),
    /** Scores of each token. */
    TOKEN_CLASSIFICATION("AutoModelForTokenClassification"),
    /** Scores of an answer's start and end. */
    QUESTION_ANSWERING("AutoModelForQuestionAnswering"),
    /** Scores of the next token. */
    CAUSAL_LM("AutoModelForCausalLM"),
    /** Scores of the decoder's next token. */
    SEQ_2_SEQ_LM("AutoModelForSeq2SeqLM");

    private final String className;

    AutoClass(String className) {
        this.className = className;
    }

    /** Name of the Auto class in transformers. */
    public String className() {
        return className;
    }

    /** What a task needs: for null and FEATURE_EXTRACTION the layers alone. */
    public static AutoClass of(@Nullable TaskType task) {
        if (task == null) {
            return MODEL;
        }
        return switch (task) {
            case SEQ_CLS -> SEQUENCE_CLASSIFICATION;
            case TOKEN_CLS -> TOKEN_CLASSIFICATION;
            case QUESTION_ANS -> QUESTION_ANSWERING;
            case CAUSAL_LM -> CAUSAL_LM;
            case SEQ_2_SEQ_LM -> SEQ_2_SEQ_LM;
            case FEATURE_EXTRACTION -> MODEL;
        };
    }

    /**
     * The value of this name in transformers.
     *
     * @throws IllegalArgumentException if it is unknown; the text lists the known ones
     */
    public static AutoClass named(String className) {
        for (AutoClass value : values()) {
            if (value.className.equals(className)) {
                return value;
            }
        }
        ImmutableList.Builder<String> names = ImmutableList.builder();
        for (AutoClass value : values()) {
            names.add(value.className);
        }
        throw new IllegalArgumentException(
                "Unknown Auto class '"
                        + className
                        + "'. Use one of "
                        + Joiner.on(", ").join(names.build())
                        + ".");
    }
}
