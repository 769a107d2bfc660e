package io.github.peft4j.config;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.internal.text.Text;
import java.util.List;

/**
 * What a model is trained for: decides the wrapper class, the loss and the modules that are saved
 * whole. Names are those of {@code task_type} in adapter_config.json.
 */
public enum TaskType {
    /** One label, several labels or a number for a whole text. */
    SEQ_CLS(ImmutableList.of("classifier", "score"), true, 1),
    /** Text to text by an encoder and a decoder. */
    SEQ_2_SEQ_LM(ImmutableList.of(), true, 2),
    /** The next token. */
    CAUSAL_LM(ImmutableList.of(), true, 1),
    /** A label for each token. */
    TOKEN_CLS(ImmutableList.of("classifier", "score"), false, 1),
    /** A span of the text that answers a question. */
    QUESTION_ANS(ImmutableList.of("qa_outputs"), false, 1),
    /** Hidden states and embeddings; no head. */
    FEATURE_EXTRACTION(ImmutableList.of(), true, 1);

    private final ImmutableList<String> headModules;
    private final boolean headsKnownBeforeMatching;
    private final int transformerSubmodules;

    TaskType(
            ImmutableList<String> headModules,
            boolean headsKnownBeforeMatching,
            int transformerSubmodules) {
        this.headModules = headModules;
        this.headsKnownBeforeMatching = headsKnownBeforeMatching;
        this.transformerSubmodules = transformerSubmodules;
    }

    /** Names appended to {@code modules_to_save}: heads stay out of the adapter, saved whole. */
    public List<String> headModules() {
        return headModules;
    }

    /**
     * Whether the heads are left out before target modules are matched (SEQ_CLS); if not
     * (TOKEN_CLS, QUESTION_ANS), a target that reaches the head is refused, as in PEFT.
     */
    public boolean headsKnownBeforeMatching() {
        return headsKnownBeforeMatching;
    }

    /** How many stacks get virtual tokens: 2 for encoder and decoder, else 1. */
    public int transformerSubmodules() {
        return transformerSubmodules;
    }

    /**
     * The task of this name.
     *
     * @throws IllegalArgumentException if there is none; the text lists them
     */
    public static TaskType of(String name) {
        for (TaskType type : values()) {
            if (type.name().equals(name)) {
                return type;
            }
        }
        throw new IllegalArgumentException(
                "Invalid task_type '"
                        + Text.cut(name)
                        + "'. Must be one of: "
                        + Joiner.on(", ").join(values())
                        + ". Correct task_type in the config.");
    }
}
