package io.github.peft4j.tuner.xlora;

import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import io.github.peft4j.config.option.OptionValues;
import io.github.peft4j.exception.MalformedTensorFileException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** What follows from the options of an X-LoRA config together. */
final class XLoraRules {

    private static final int DEFAULT_HIDDEN_SIZE = 4096;

    private XLoraRules() {}

    /** What is left out gets the value that PEFT gives it. */
    static OptionValues fillIn(OptionValues values, Consumer<String> warn) {
        OptionValues filled = values;
        if (values.find(XLoraConfig.HIDDEN_SIZE) == null) {
            warn.accept(
                    "hidden_size is not set and becomes "
                            + DEFAULT_HIDDEN_SIZE
                            + ". Set it to the size of the base's hidden states.");
            filled = filled.with(XLoraConfig.HIDDEN_SIZE, DEFAULT_HIDDEN_SIZE);
        }
        if (values.find(XLoraConfig.ADAPTERS) == null) {
            warn.accept("adapters is not set and becomes empty. Name the experts' directories.");
            filled = filled.with(XLoraConfig.ADAPTERS, ImmutableMap.of());
        }
        return filled;
    }

    /** A name with a control character in it is no file's, and no message's. */
    static void refuseWhatIsNoPath(Map<String, String> adapters) {
        adapters.forEach(
                (name, path) ->
                        Preconditions.checkArgument(
                                path.chars().noneMatch(Character::isISOControl),
                                "adapters names %s for expert %s, which holds a control character;"
                                        + " it must be a directory. Correct the name.",
                                MalformedTensorFileException.quote(path),
                                MalformedTensorFileException.quote(name)));
    }

    /** What is allowed but odd, as PEFT warns about it. */
    static List<String> oddities(XLoraConfig config) {
        ImmutableList.Builder<String> warnings = ImmutableList.builder();
        if (config.enableSoftmaxTopk() && config.topKLora().isEmpty()) {
            warnings.add(
                    "enable_softmax_topk is on but top_k_lora is not set, so it only repeats the"
                            + " softmax. Set top_k_lora.");
        }
        if (config.enableSoftmaxTopk() && config.enableSoftmax()) {
            warnings.add(
                    "enable_softmax_topk and enable_softmax are both on: two softmax in a row make"
                            + " the weights nearly equal. Switch one off.");
        }
        config.topKLora()
                .filter(topK -> topK < 1)
                .ifPresent(
                        topK ->
                                warnings.add(
                                        "top_k_lora is "
                                                + topK
                                                + "; it must be at least 1 for experts to act."));
        return warnings.build();
    }
}
