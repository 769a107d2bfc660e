package io.github.peft4j.tuner.lora.attach;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.google.common.base.Preconditions;
import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.github.peft4j.adapter.set.AdapterSet;
import io.github.peft4j.tuner.ConvertedAdapter;
import io.github.peft4j.tuner.lora.InitLoraWeights;
import io.github.peft4j.tuner.lora.LoraConfig;
import io.github.peft4j.tuner.lora.layer.TakenPair;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A LoRA whose start took a part out of the base as plain LoRA of twice the rank: \(B A - B_0 A_0 =
 * [B, -B_0] [A; A_0]\).
 */
final class PlainForm {

    private static final Logger logger = LoggerFactory.getLogger(PlainForm.class);

    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";

    private PlainForm() {}

    /** The start that an adapter holds, by the keys of the trained tensors. */
    static Map<String, NDArray> start(AdapterSet set) {
        Map<String, NDArray> start = new LinkedHashMap<>();
        set.tensors()
                .forEach(
                        (key, tensor) -> {
                            if (key.endsWith("." + TakenPair.A0)) {
                                String trained = key.replace("." + TakenPair.A0, A);
                                start.put(trained, tensor.getArray());
                            } else if (key.endsWith("." + TakenPair.B0)) {
                                String trained = key.replace("." + TakenPair.B0, B);
                                start.put(trained, tensor.getArray().neg());
                            }
                        });
        return start;
    }

    static ConvertedAdapter<LoraConfig> of(
            LoraConfig config, Map<String, NDArray> trained, Map<String, NDArray> start) {
        Preconditions.checkArgument(
                !config.useRslora() || !config.hasPatterns(),
                "use_rslora is true and rank_pattern or alpha_pattern is set; such an adapter cannot"
                        + " be converted to plain LoRA, in PEFT neither. Save it as it is.");
        InitLoraWeights begun = config.initLoraWeights();
        if (!begun.changesBase() && !begun.json().equals(true)) {
            logger.warn(
                    "init_lora_weights is {}, which leaves the base whole: there is nothing to"
                            + " convert.",
                    begun);
        }
        LoraConfig plain = doubled(config);
        Map<String, NDArray> tensors = new LinkedHashMap<>();
        trained.forEach(
                (key, value) -> {
                    if (key.endsWith(A)) {
                        NDArray both = value.concat(require(start, key), 0);
                        tensors.put(key, filled(both, 0, rank(plain, key, A)));
                    } else if (key.endsWith(B)) {
                        NDArray both = value.concat(require(start, key).neg(), 1);
                        tensors.put(key, filled(both, 1, rank(plain, key, B)));
                    }
                });
        return new ConvertedAdapter<>(plain, tensors);
    }

    private static int rank(LoraConfig plain, String key, String end) {
        String path = key.substring(0, key.length() - end.length());
        return plain.ranks().find(path).orElse(plain.r());
    }

    /** Filled up with zeros to a rank: a decomposition has no more parts than its layer's side. */
    private static NDArray filled(NDArray factor, int axis, int rank) {
        Shape shape = factor.getShape();
        long lacking = rank - shape.get(axis);
        if (lacking <= 0) {
            return factor;
        }
        long[] rest = shape.getShape().clone();
        rest[axis] = lacking;
        NDArray zeros = factor.getManager().zeros(new Shape(rest), factor.getDataType());
        return factor.concat(zeros, axis);
    }

    private static NDArray require(Map<String, NDArray> start, String key) {
        NDArray tensor = start.get(key);
        Preconditions.checkArgument(
                tensor != null,
                "There is no start of %s, which the conversion to plain LoRA takes off. Pass the"
                        + " folder that was saved before the training"
                        + " (optPathInitialModelForWeightConversion), or save the adapter as it is;"
                        + " known are %s.",
                key,
                ImmutableList.copyOf(start.keySet()));
        return tensor;
    }

    /** Twice the rank with the same scale. */
    private static LoraConfig doubled(LoraConfig config) {
        LoraConfig.Builder doubled =
                config.toBuilder()
                        .optInitLoraWeights(InitLoraWeights.TRUE)
                        .optR(2 * config.r())
                        .optRankPattern(
                                ImmutableMap.copyOf(
                                        Maps.transformValues(config.rankPattern(), r -> 2 * r)))
                        .optAlphaPattern(
                                ImmutableMap.copyOf(
                                        Maps.transformValues(
                                                config.alphaPattern(), PlainForm::twice)));
        double alpha = config.loraAlpha();
        boolean whole = alpha == Math.rint(alpha) && Math.abs(alpha) < Integer.MAX_VALUE / 2.0;
        if (config.useRslora()) {
            doubled.optLoraAlpha(alpha * Math.sqrt(2));
        } else if (whole) {
            doubled.optLoraAlpha(2 * (int) alpha);
        } else {
            doubled.optLoraAlpha(2 * alpha);
        }
        return doubled.build(warning -> {});
    }

    private static Number twice(Number number) {
        return number.doubleValue() == number.longValue()
                ? (Number) (2 * number.longValue())
                : (Number) (2 * number.doubleValue());
    }
}
