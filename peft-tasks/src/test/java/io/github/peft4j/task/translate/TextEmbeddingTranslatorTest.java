package io.github.peft4j.task.translate;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.google.common.collect.ImmutableList;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Token;
import io.github.peft4j.task.tokenize.Tokenizer;
import io.github.peft4j.testkit.Golden;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TextEmbeddingTranslatorTest {

    private static Encoding row(long[] ids, long[] mask, int from, int to) {
        ImmutableList.Builder<Token> tokens = ImmutableList.builder();
        for (int i = from; i < to; i++) {
            Token.Kind kind = mask[i] == 0 ? Token.Kind.PADDING : Token.Kind.SPECIAL;
            tokens.add(new Token((int) ids[i], "", 0, kind, null));
        }
        return new Encoding(0, tokens.build());
    }

    @Test
    void poolsHiddenStatesAsPythonDoes() throws IOException {
        try (NDManager manager = NDManager.newBaseManager("PyTorch");
                Tokenizer tokenizer = SmallTokenizer.load()) {
            String file = "models/bert-sentence/expected/pooled.safetensors";
            Map<String, NDArray> in = Golden.tensors(manager, file, "in.");
            Map<String, NDArray> out = Golden.tensors(manager, file, "out.");
            long[] ids = in.get("input_ids").toLongArray();
            long[] mask = in.get("attention_mask").toLongArray();
            assertThat(mask).contains(0);
            int columns = ids.length / 3;
            for (int i = 0; i < 3; i++) {
                Encoding row = row(ids, mask, i * columns, (i + 1) * columns);
                List<float[]> outputs =
                        List.of(part(out, "last_hidden_state", i), part(out, "pooler_output", i));
                TextEmbeddingTranslator.Builder mean = TextEmbeddingTranslator.builder(tokenizer);

                assertClose(mean.build(), row, outputs, part(out, "mean_pooled", i));
                assertClose(
                        mean.optNormalize(true).build(),
                        row,
                        outputs,
                        part(out, "mean_pooled_normalized", i));
                assertClose(
                        TextEmbeddingTranslator.builder(tokenizer)
                                .optPooling(Pooling.POOLER)
                                .build(),
                        row,
                        outputs,
                        part(out, "pooler_output", i));
            }
        }
    }

    private static float[] part(Map<String, NDArray> arrays, String name, int row) {
        float[] all = arrays.get(name).toFloatArray();
        return Arrays.copyOfRange(all, row * all.length / 3, (row + 1) * all.length / 3);
    }

    private static void assertClose(
            TextEmbeddingTranslator translator,
            Encoding row,
            List<float[]> outputs,
            float[] wanted) {
        float[] vector = translator.result(TextInput.of(""), row, outputs);

        assertThat(vector).hasSameSizeAs(wanted);
        double error = 0;
        double norm = 0;
        for (int i = 0; i < wanted.length; i++) {
            error += Math.pow(vector[i] - wanted[i], 2);
            norm += Math.pow(wanted[i], 2);
        }
        // of the norm, as everywhere for float32
        assertThat(Math.sqrt(error / norm)).isLessThan(1e-6);
    }

    @Test
    void keepsAVectorOfLengthZero() throws IOException {
        try (Tokenizer tokenizer = SmallTokenizer.load()) {
            Encoding row = row(new long[] {2}, new long[] {1}, 0, 1);

            assertThat(
                            TextEmbeddingTranslator.builder(tokenizer)
                                    .optNormalize(true)
                                    .build()
                                    .result(TextInput.of(""), row, List.of(new float[3])))
                    .containsExactly(0, 0, 0);
        }
    }
}
