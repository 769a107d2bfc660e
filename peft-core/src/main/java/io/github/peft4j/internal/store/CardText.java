package io.github.peft4j.internal.store;

import com.google.common.base.Joiner;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.PeftConfig;
import io.github.peft4j.config.TaskType;
import io.github.peft4j.store.AdapterPassport;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a model card tells people: what the adapter is for, its figures, how to load it. */
final class CardText {

    /** Tells a card that was written here from one that somebody wrote or changed. */
    static final String MARK =
            "<!-- Written by peft4j, and again at each save. Remove this line to keep your text. -->";

    private static final ImmutableMap<TaskType, String> CLASSES =
            ImmutableMap.of(
                    TaskType.SEQ_CLS, "ForSequenceClassification",
                    TaskType.TOKEN_CLS, "ForTokenClassification",
                    TaskType.QUESTION_ANS, "ForQuestionAnswering",
                    TaskType.CAUSAL_LM, "ForCausalLM",
                    TaskType.SEQ_2_SEQ_LM, "ForSeq2SeqLM",
                    TaskType.FEATURE_EXTRACTION, "ForFeatureExtraction");

    private CardText() {}

    static String of(PeftConfig config, AdapterPassport passport) {
        StringBuilder text = new StringBuilder(MARK).append("\n\n# Adapter\n\n");
        text.append("- Method: ").append(config.peftType().name()).append('\n');
        passport.taskType().ifPresent(task -> text.append("- Task: ").append(task).append('\n'));
        String base = passport.baseNameOrPath().orElse("BASE");
        text.append("- Base model: ").append(base).append('\n');
        if (!passport.labels().isEmpty()) {
            text.append("- Labels: ").append(Joiner.on(", ").join(passport.labels())).append('\n');
        }
        passport.trainingData().ifPresent(data -> text.append(data(data, passport)).append('\n'));
        table(text, "Figures", passport.trainingMetrics());
        table(text, "Training arguments", passport.trainingArguments());
        return text.append("\n## How to use it\n\n").append(use(passport, base)).toString();
    }

    private static String data(String name, AdapterPassport passport) {
        Object samples = passport.trainingMetrics().get("train_samples");
        return "- Training data: "
                + name.replaceAll("\\s+", " ")
                + (samples == null ? "" : ", " + samples + " examples");
    }

    private static void table(
            StringBuilder text, String title, Map<String, @Nullable Object> values) {
        if (values.isEmpty()) {
            return;
        }
        text.append("\n## ").append(title).append("\n\n| name | value |\n|---|---|\n");
        new TreeMap<>(values)
                .forEach(
                        (name, value) ->
                                text.append("| ")
                                        .append(name)
                                        .append(" | ")
                                        .append(value)
                                        .append(" |\n"));
    }

    private static String use(AdapterPassport passport, String base) {
        String type = "AutoPeftModel" + passport.taskType().map(CLASSES::get).orElse("");
        int labels = passport.labels().size();
        String head = labels == 0 ? "" : ", num_labels=" + labels;
        return """
                In Java, with peft-tasks of peft4j, where `adapter` is this folder:

                ```java
                try (AdapterFolder folder = AdapterFolder.load(adapter, Path.of("%s"))) {
                    PeftModel model = folder.model();
                    Tokenizer tokenizer = folder.tokenizer();
                }
                ```

                In Python:

                ```python
                from peft import %s

                model = %s.from_pretrained("this-folder"%s)
                ```
                """
                .formatted(base, type, type, head);
    }
}
