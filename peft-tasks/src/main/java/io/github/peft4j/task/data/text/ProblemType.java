package io.github.peft4j.task.data.text;

import com.google.common.base.Ascii;

/** What is predicted for a text: {@code problem_type} of Hugging Face's config.json. */
public enum ProblemType {
    /** One number: mean squared error. */
    REGRESSION,
    /** One of several classes: cross entropy. */
    SINGLE_LABEL_CLASSIFICATION,
    /** Any number of classes at once: binary cross entropy for each. */
    MULTI_LABEL_CLASSIFICATION;

    /** As config.json spells it. */
    public String key() {
        return Ascii.toLowerCase(name());
    }

    /** What a label is for. */
    static ProblemType of(Label label) {
        if (label instanceof Label.Score) {
            return REGRESSION;
        }
        return label instanceof Label.MultiLabel
                ? MULTI_LABEL_CLASSIFICATION
                : SINGLE_LABEL_CLASSIFICATION;
    }
}
