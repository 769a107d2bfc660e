package io.github.peft4j.task.data.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.common.primitives.Longs;
import io.github.peft4j.task.data.BatchLoader;
import io.github.peft4j.task.data.BatchSource;
import io.github.peft4j.task.data.DataFiles;
import io.github.peft4j.task.data.read.RowMapper;
import io.github.peft4j.task.data.read.RowReader;
import io.github.peft4j.task.tokenize.GoldenTokenizers;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TokenBlocksTest {

    private Tokenizer gpt2;
    private List<String> texts;
    private long[] stream;

    @BeforeEach
    void load() throws IOException {
        gpt2 = GoldenTokenizers.load("gpt2");
        texts =
                RowReader.tsv()
                        .optSplit("train")
                        .build()
                        .read(DataFiles.path("devil.tsv"), RowMapper.text("text"))
                        .rows();
        stream = DataFiles.longs(DataFiles.expected("blocks").getAsJsonObject().get("ids"));
    }

    @AfterEach
    void close() {
        gpt2.close();
    }

    private static List<Long> block(BatchSource blocks, int index) {
        return Longs.asList(DataFiles.column(blocks, index, "input_ids"));
    }

    /** Where a block starts in the stream of all tokens. */
    private int place(List<Long> block) {
        List<Long> all = Longs.asList(stream);
        for (int i = 0; i + block.size() <= all.size(); i++) {
            if (all.subList(i, i + block.size()).equals(block)) {
                return i;
            }
        }
        throw new AssertionError("The block is not in the stream.");
    }

    @Test
    void cutsTheStreamOfPythonForEvaluation() {
        TokenBlocks blocks = TokenBlocks.evaluation(gpt2, texts, 32);

        assertThat(blocks.tokenCount()).isEqualTo(stream.length);
        assertThat(blocks.size()).isEqualTo(stream.length / 32);
        List<Long> joined = new ArrayList<>();
        for (int i = 0; i < blocks.size(); i++) {
            joined.addAll(block(blocks.inEpoch(i), i));
        }
        assertThat(joined).isEqualTo(Longs.asList(stream).subList(0, blocks.size() * 32));
        assertThat(DataFiles.column(blocks, 1, "labels"))
                .isEqualTo(DataFiles.column(blocks, 1, "input_ids"));
        assertThat(DataFiles.column(blocks, 1, "attention_mask")).containsOnly(1).hasSize(32);
    }

    @Test
    void cutsEachEpochAtAnotherPlace() {
        TokenBlocks blocks = TokenBlocks.training(gpt2, texts, 32, 7);
        Set<Integer> places = new HashSet<>();

        for (int epoch = 0; epoch < 200; epoch++) {
            TokenBlocks cut = blocks.inEpoch(epoch);
            assertThat(cut.size()).isEqualTo((stream.length - 31) / 32);
            int place = place(block(cut, 0));
            assertThat(place(block(cut, cut.size() - 1))).isEqualTo(place + (cut.size() - 1) * 32);
            places.add(place);
        }

        assertThat(places).hasSizeGreaterThan(28).allMatch(place -> place >= 0 && place < 32);
        assertThat(block(TokenBlocks.training(gpt2, texts, 32, 7).inEpoch(3), 0))
                .isEqualTo(block(blocks.inEpoch(3), 0));
        assertThat(block(TokenBlocks.training(gpt2, texts, 32, 8), 0))
                .isNotEqualTo(block(blocks, 0));
    }

    @Test
    void isCutAnewByTheLoaderInEachEpoch() {
        TokenBlocks blocks = TokenBlocks.training(gpt2, texts, 32, 7);
        BatchLoader loader = BatchLoader.builder(blocks).optBatchSize(100).build();

        for (int epoch = 0; epoch < 3; epoch++) {
            assertThat(DataFiles.column(loader.iterator(epoch).next(), "input_ids"))
                    .startsWith(Longs.toArray(block(blocks.inEpoch(epoch), 0)));
        }
    }

    @Test
    void refusesTextsThatFillNoBlock() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenBlocks.evaluation(gpt2, texts, stream.length + 1))
                .withMessageContaining("537 tokens give no block of 538");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenBlocks.training(gpt2, texts, 270, 0))
                .withMessageContaining("texts of at least 539");
        assertThat(TokenBlocks.training(gpt2, texts, 269, 0).size()).isEqualTo(1);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TokenBlocks.evaluation(gpt2, texts, 1))
                .withMessageContaining("at least 2 tokens");
    }
}
