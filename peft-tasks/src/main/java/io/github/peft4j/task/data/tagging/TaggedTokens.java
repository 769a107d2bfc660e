package io.github.peft4j.task.data.tagging;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.github.peft4j.task.data.RaggedInts;
import io.github.peft4j.task.data.TokenDataset;
import io.github.peft4j.task.data.read.LabelIndex;
import io.github.peft4j.task.tokenize.EncodeOptions;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.TextInput;
import io.github.peft4j.task.tokenize.Tokenizer;
import java.util.List;

/**
 * Turns tagged texts into tokens with labels: int64 [B, S], {@code -100} on special tokens and
 * padding. Words that truncation cuts off take their labels with them.
 */
public final class TaggedTokens {

    private final LabelIndex index;
    private final ImmutableSet<String> names;
    private final LabelAlignment place;

    private TaggedTokens(List<String> labels, LabelAlignment place) {
        if (labels.isEmpty()) {
            throw new IllegalArgumentException(
                    "labels [] name no tag. Give all tags in the order of their indices.");
        }
        this.index = new LabelIndex(labels);
        this.names = ImmutableSet.copyOf(labels);
        this.place = place;
    }

    /** The dataset of some texts; the first token of each word carries its label. */
    public static TokenDataset of(
            Tokenizer tokenizer,
            List<TaggedText> texts,
            List<String> labels,
            EncodeOptions options) {
        return of(tokenizer, texts, labels, options, LabelAlignment.FIRST_TOKEN);
    }

    /**
     * The dataset of some texts.
     *
     * @param labels names of the tags in the order of their indices
     * @param options truncation and special tokens; padding and windows are refused
     * @throws IllegalArgumentException that names the text, if a tag is not among the labels
     */
    public static TokenDataset of(
            Tokenizer tokenizer,
            List<TaggedText> texts,
            List<String> labels,
            EncodeOptions options,
            LabelAlignment place) {
        TaggedTokens tagged = new TaggedTokens(labels, place);
        TokenDataset.Builder dataset = TokenDataset.builder(tokenizer, options.requireOneRowEach());
        RaggedInts.Builder rows = RaggedInts.builder();
        tokenizer.encodeEach(
                inputs(texts.stream().map(TaggedText::words).toList()),
                options,
                row -> {
                    dataset.add(row);
                    rows.add(tagged.labels(row, texts.get(row.sample())));
                });
        return dataset.optTokenLabels(rows.build(), labels.size()).build().withLabels(labels);
    }

    /** The dataset of texts without tags, for prediction. */
    public static TokenDataset unlabeled(
            Tokenizer tokenizer, List<Words> texts, EncodeOptions options) {
        return TokenDataset.unlabeled(tokenizer, inputs(texts), options);
    }

    private static ImmutableList<TextInput> inputs(List<Words> texts) {
        return texts.stream().map(Words::inText).collect(ImmutableList.toImmutableList());
    }

    private int[] labels(Encoding row, TaggedText text) {
        int[] labels = new int[row.length()];
        int last = -1;
        for (int i = 0; i < labels.length; i++) {
            int word = row.word(i);
            boolean first = word >= 0 && word != last;
            boolean carries = word >= 0 && (first || place == LabelAlignment.ALL_TOKENS);
            labels[i] = carries ? number(row, text.tags().get(word), first) : TokenDataset.IGNORED;
            last = word;
        }
        return labels;
    }

    private int number(Encoding row, String tag, boolean first) {
        try {
            int own = index.number(tag);
            String inside = "I-" + tag.substring(Math.min(2, tag.length()));
            boolean goesOn = !first && tag.startsWith("B-") && names.contains(inside);
            return goesOn ? index.number(inside) : own;
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException(
                    "Text %d: %s".formatted(row.sample(), unknown.getMessage()), unknown);
        }
    }
}
