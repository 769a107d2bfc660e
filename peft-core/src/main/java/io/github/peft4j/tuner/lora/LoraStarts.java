package io.github.peft4j.tuner.lora;

import com.google.common.collect.ImmutableMap;
import io.github.peft4j.tuner.lora.start.LoraInitializer;
import org.jspecify.annotations.Nullable;

/** Which initializer a value of {@code init_lora_weights} stands for. */
public final class LoraStarts {

    private static final String ROUNDS = "pissa_niter_";

    private static final ImmutableMap<Object, LoraInitializer> LINEAR =
            ImmutableMap.<Object, LoraInitializer>builder()
                    .put(true, LoraInitializer.kaiming())
                    .put(false, LoraInitializer.random())
                    .put("gaussian", LoraInitializer.gaussian())
                    .put("orthogonal", LoraInitializer.orthogonal())
                    .put("pissa", LoraInitializer.pissa())
                    .put("olora", LoraInitializer.olora())
                    .put("mica", LoraInitializer.mica())
                    .put("eva", LoraInitializer.kaiming())
                    .put("corda", LoraInitializer.uncalibrated("corda"))
                    .put("lora_ga", LoraInitializer.withoutGradients())
                    .buildOrThrow();

    private LoraStarts() {}

    /** The start of a linear layer. */
    public static LoraInitializer linear(InitLoraWeights start) {
        LoraInitializer initializer = find(start);
        if (initializer == null) {
            throw new IllegalArgumentException(
                    "init_lora_weights '"
                            + start
                            + "' is unknown for linear layers. Use one of "
                            + LINEAR.keySet()
                            + " or pissa_niter_N.");
        }
        return initializer;
    }

    private static @Nullable LoraInitializer find(InitLoraWeights start) {
        if (start.custom() != null) {
            return start.custom();
        }
        String name = start.toString();
        return start.isPissa() && name.startsWith(ROUNDS)
                ? LoraInitializer.pissa(Integer.parseInt(name.substring(ROUNDS.length())))
                : LINEAR.get(start.json());
    }

    /** The start of a convolution: PEFT knows the plain ones only. */
    public static LoraInitializer convolution(InitLoraWeights start) {
        if (start.isUsersOwn()) {
            return linear(start);
        }
        if (start.is("lora_ga")) {
            return LoraInitializer.kaiming();
        }
        if (!start.isFlag() && !start.is("gaussian")) {
            throw new IllegalArgumentException(
                    "Unknown initialization init_lora_weights '"
                            + start
                            + "' for a convolution. Use true, false or gaussian, or leave"
                            + " convolutions out of target_modules.");
        }
        return linear(start);
    }

    /** The start of an embedding: PEFT tells only false from the rest. */
    public static LoraInitializer embedding(InitLoraWeights start) {
        if (start.isUsersOwn()) {
            return linear(start);
        }
        return start.json().equals(false)
                ? LoraInitializer.randomEmbedding()
                : LoraInitializer.embedding();
    }
}
