package io.github.peft4j.task.translate;

import ai.djl.modality.nlp.translator.NamedEntity;
import io.github.peft4j.task.tokenize.Encoding;
import io.github.peft4j.task.tokenize.Token;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The entities in a text, of the scores that a model gives to its tokens.
 *
 * <p>Two neighbours are one entity if they have one type and the second's label does not start with
 * B-; a label without B- or I- counts as I-.
 */
final class TokenEntities {

    private static final String OUTSIDE = "O";

    /** Some tokens, and what they are taken for. */
    private record Piece(int first, int last, String label, double score) {}

    private final String text;
    private final Encoding row;
    private final List<String> labels;
    private final int offset;

    private TokenEntities(String text, Encoding row, List<String> labels) {
        this.text = text;
        this.row = row;
        this.labels = labels;
        this.offset = firstToken(row);
    }

    /**
     * The entities of one text.
     *
     * @param row its tokens, padding included
     * @param logits [S, L], flat
     * @param labels names of the L classes; {@code O} is none
     */
    static NamedEntity[] of(
            String text,
            Encoding row,
            float[] logits,
            List<String> labels,
            EntityAggregation aggregation) {
        if (logits.length != row.length() * labels.size()) {
            throw new IllegalArgumentException(
                    ("The model gives %d numbers for %d tokens and %d labels. Build the translator"
                                    + " from the model that predicts, or set optLabels.")
                            .formatted(logits.length, row.length(), labels.size()));
        }
        TokenEntities entities = new TokenEntities(text, row, labels);
        List<Piece> pieces = entities.pieces(logits, aggregation);
        return pieces.stream()
                .filter(piece -> !piece.label().equals(OUTSIDE))
                .map(piece -> entities.named(piece, aggregation))
                .toArray(NamedEntity[]::new);
    }

    private List<Piece> pieces(float[] logits, EntityAggregation aggregation) {
        boolean words =
                aggregation != EntityAggregation.NONE && aggregation != EntityAggregation.SIMPLE;
        List<Piece> pieces = new ArrayList<>();
        for (int first = 0; first < row.length(); first++) {
            if (row.kind(first) != Token.Kind.TEXT) {
                continue;
            }
            int last = first;
            while (words && last + 1 < row.length() && isOneWord(first, last + 1)) {
                last++;
            }
            pieces.add(piece(logits, first, last, aggregation));
            first = last;
        }
        return aggregation == EntityAggregation.NONE ? pieces : grouped(pieces);
    }

    private boolean isOneWord(int left, int right) {
        Token one = row.tokens().get(left);
        Token other = row.tokens().get(right);
        return other.kind() == Token.Kind.TEXT && other.word() >= 0 && other.word() == one.word();
    }

    private Piece piece(float[] logits, int first, int last, EntityAggregation aggregation) {
        double[] chosen = probabilities(logits, first);
        for (int token = first + 1; token <= last; token++) {
            double[] next = probabilities(logits, token);
            if (aggregation == EntityAggregation.AVERAGE) {
                for (int i = 0; i < chosen.length; i++) {
                    chosen[i] += next[i];
                }
            } else if (aggregation == EntityAggregation.MAX
                    && next[Probabilities.largest(next)] > chosen[Probabilities.largest(chosen)]) {
                chosen = next;
            }
        }
        int best = Probabilities.largest(chosen);
        int summed = aggregation == EntityAggregation.AVERAGE ? last - first + 1 : 1;
        return new Piece(first, last, labels.get(best), chosen[best] / summed);
    }

    private double[] probabilities(float[] logits, int token) {
        int from = token * labels.size();
        return Probabilities.softmax(Arrays.copyOfRange(logits, from, from + labels.size()));
    }

    private static List<Piece> grouped(List<Piece> pieces) {
        List<Piece> groups = new ArrayList<>();
        int start = 0;
        for (int i = 1; i <= pieces.size(); i++) {
            boolean joins =
                    i < pieces.size()
                            && !pieces.get(i).label().startsWith("B-")
                            && type(pieces.get(i)).equals(type(pieces.get(i - 1)));
            if (!joins) {
                groups.add(merged(pieces.subList(start, i)));
                start = i;
            }
        }
        return pieces.isEmpty() ? pieces : groups;
    }

    private static Piece merged(List<Piece> group) {
        Piece first = group.get(0);
        double score = group.stream().mapToDouble(Piece::score).average().orElse(0);
        String name = first.label().substring(first.label().indexOf('-') + 1);
        return new Piece(first.first(), group.get(group.size() - 1).last(), name, score);
    }

    private static String type(Piece piece) {
        String label = piece.label();
        return label.startsWith("B-") || label.startsWith("I-") ? label.substring(2) : label;
    }

    private NamedEntity named(Piece piece, EntityAggregation aggregation) {
        Token first = row.tokens().get(piece.first());
        int start = first.chars().start();
        int end = row.tokens().get(piece.last()).chars().end();
        return new NamedEntity(
                piece.label(),
                (float) piece.score(),
                piece.first() - offset,
                aggregation == EntityAggregation.NONE ? first.text() : text.substring(start, end),
                start,
                end);
    }

    private static int firstToken(Encoding row) {
        int first = 0;
        while (first < row.length() && row.kind(first) == Token.Kind.PADDING) {
            first++;
        }
        return first;
    }
}
