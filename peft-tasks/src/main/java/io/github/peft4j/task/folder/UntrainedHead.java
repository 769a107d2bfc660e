package io.github.peft4j.task.folder;

import io.github.peft4j.PeftModel;
import io.github.peft4j.adapter.set.FreshParameters;
import io.github.peft4j.transformers.TransformerModel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Refuses to answer with a head that neither the checkpoint nor an adapter brings. */
public final class UntrainedHead {

    private UntrainedHead() {}

    /**
     * Checks a base, or each of its adapters.
     *
     * @param adapted the base with its adapters, or null for the bare base
     * @param cure what the caller can do besides, as a sentence; may be empty
     * @throws IllegalArgumentException if answers would be random
     */
    public static void refuse(TransformerModel base, @Nullable PeftModel adapted, String cure) {
        Collection<String> names = adapted == null ? List.of("") : adapted.peftConfig().keySet();
        for (String name : names) {
            List<String> random =
                    adapted == null
                            ? new ArrayList<>(base.freshParameters().keySet())
                            : FreshParameters.frozen(base.freshParameters(), adapted.adapter(name));
            if (!random.isEmpty()) {
                throw new IllegalArgumentException(
                        ("The answers would be random: %s of %s are neither in %s nor in %s. Name an adapter"
                                        + " that was trained with them, or a checkpoint that has"
                                        + " them. %s")
                                .formatted(
                                        random,
                                        base.info().className(),
                                        base.directory(),
                                        adapted == null ? "an adapter" : "adapter " + name,
                                        cure)
                                .strip());
            }
        }
    }
}
