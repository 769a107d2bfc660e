package io.github.peft4j.task.generate;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.common.collect.ImmutableMap;
import com.google.common.primitives.ImmutableLongArray;
import io.github.peft4j.model.KeyValueCache;
import io.github.peft4j.model.ModelInfo;
import io.github.peft4j.model.ModelInput;
import io.github.peft4j.model.ModelOutput;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A model whose next token depends on the last one, and on the number of tokens that it has read:
 * all its answers can be worked out by hand. Its cache holds the tokens; as an encoder-decoder, its
 * encoder's state is the sum of the prompt's ids, which is added to the last token.
 */
final class MarkovModel {

    private final float[][] scores;
    private final boolean encoderDecoder;

    /** What the model was called with, by argument. */
    final List<Map<String, Shape>> calls = new ArrayList<>();

    /** Positions that were told, call by call. */
    final List<ImmutableLongArray> positions = new ArrayList<>();

    MarkovModel(float[][] scores, boolean encoderDecoder) {
        this.scores = scores;
        this.encoderDecoder = encoderDecoder;
    }

    GenerativeModel callable() {
        ModelInfo info =
                new ModelInfo(
                        "MarkovForCausalLM",
                        "none",
                        null,
                        "markov",
                        "lm_head",
                        "embed",
                        ImmutableMap.of("is_encoder_decoder", encoderDecoder));
        return new GenerativeModel(this::forward, info, null, true);
    }

    private ModelOutput forward(ModelInput input) {
        Map<String, Shape> shapes = new LinkedHashMap<>();
        input.arrays().forEach((name, array) -> shapes.put(name, array.getShape()));
        calls.add(shapes);
        NDArray places = input.get(ModelInput.POSITION_IDS);
        if (places != null) {
            positions.add(ImmutableLongArray.copyOf(places.toLongArray()));
        }
        String name = encoderDecoder ? ModelInput.DECODER_INPUT_IDS : ModelInput.INPUT_IDS;
        NDArray ids = require(input, name);
        NDManager manager = ids.getManager();
        int rows = (int) ids.getShape().get(0);
        NDArray states = encoderDecoder ? states(input) : manager.zeros(new Shape(rows, 1, 1));
        float[] sums = states.toFloatArray();
        float[] last = tokens(input, ids);
        int length = last.length / rows;
        float[] logits = new float[rows * scores.length];
        for (int row = 0; row < rows; row++) {
            int from = ((int) last[(row + 1) * length - 1] + (int) sums[row]) % scores.length;
            System.arraycopy(scores[from], 0, logits, row * scores.length, scores.length);
        }
        NDArray all = manager.create(logits, new Shape(rows, 1, scores.length));
        return ModelOutput.of(
                Map.of(ModelOutput.LOGITS, all, ModelOutput.ENCODER_LAST_HIDDEN_STATE, states));
    }

    private static NDArray require(ModelInput input, String name) {
        NDArray array = input.get(name);
        if (array == null) {
            throw new AssertionError("There is no " + name + " in " + input.arrays().keySet());
        }
        return array;
    }

    private static NDArray states(ModelInput input) {
        NDArray known = input.get(ModelInput.ENCODER_OUTPUTS);
        if (known != null) {
            return known;
        }
        NDArray ids = require(input, ModelInput.INPUT_IDS);
        long[] values = ids.toLongArray();
        long[] mask = require(input, ModelInput.ATTENTION_MASK).toLongArray();
        int width = (int) ids.getShape().get(1);
        float[] sums = new float[values.length / width];
        for (int i = 0; i < values.length; i++) {
            sums[i / width] += values[i] * mask[i];
        }
        return ids.getManager().create(sums, new Shape(sums.length, 1, 1));
    }

    /** All tokens so far: through the cache, so that a wrong order of its rows shows. */
    private static float[] tokens(ModelInput input, NDArray ids) {
        KeyValueCache cache = input.cache();
        Shape shape = ids.getShape();
        long[] longs = ids.toLongArray();
        float[] values = new float[longs.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = longs[i];
        }
        NDArray keys = ids.getManager().create(values, shape.add(1));
        return cache == null
                ? keys.toFloatArray()
                : cache.update(0, keys, keys).keys().toFloatArray();
    }
}
