package io.github.peft4j.task.metric;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/**
 * How well embeddings find the right documents: recall at k, the mean reciprocal rank, and NDCG.
 *
 * <p>Documents are ranked by their cosine with the query, \(q \cdot d / (\lVert q \rVert \lVert d
 * \rVert)\), from 1. Per query
 *
 * <ul>
 *   <li>recall at k is the share of its relevant documents that rank k or better
 *   <li>the reciprocal rank is 1 / rank of its best relevant document
 * </ul>
 *
 * <p>Both are means over the queries, from 0 to 1. A tie counts against the relevant document:
 * embeddings that are all equal find nothing.
 *
 * <p>Costs one product with each document a query, and holds a copy of the documents. Not safe for
 * use by several threads at once.
 *
 * @see <a
 *     href="https://nlp.stanford.edu/IR-book/html/htmledition/evaluation-of-ranked-retrieval-results-1.html">ranked
 *     retrieval</a>
 * @see <a href="https://en.wikipedia.org/wiki/Mean_reciprocal_rank">reciprocal rank</a>
 */
public final class RetrievalScores {

    private final float[][] documents;
    private final List<int[]> ranks = new ArrayList<>();

    /** For queries to these documents, [documents, width]. */
    public RetrievalScores(float[][] documents) {
        if (documents.length == 0) {
            throw new IllegalArgumentException(
                    "0 documents cannot be searched. Give one embedding or more.");
        }
        this.documents = new float[documents.length][];
        for (int i = 0; i < documents.length; i++) {
            this.documents[i] = unit("Document " + i, documents[i], documents[0].length);
        }
    }

    /**
     * Counts one query.
     *
     * @param relevant numbers of the documents that it should find, each once
     */
    public void update(float[] query, int... relevant) {
        if (relevant.length == 0 || Arrays.stream(relevant).distinct().count() < relevant.length) {
            throw new IllegalArgumentException(
                    "Relevant documents %s cannot be ranked. Give one or more, each once."
                            .formatted(Arrays.toString(relevant)));
        }
        for (int document : relevant) {
            if (document < 0 || document >= documents.length) {
                throw new IllegalArgumentException(
                        "Document %d is none of the %d. Count from 0."
                                .formatted(document, documents.length));
            }
        }
        ranks.add(ranks(scores(unit("The query", query, documents[0].length)), relevant));
    }

    /** The mean share of relevant documents among the first k. */
    public double recallAt(int k) {
        if (k < 1) {
            throw new IllegalArgumentException(
                    "The first %d documents hold nothing. Give k of 1 or more.".formatted(k));
        }
        return mean(
                found -> (double) Arrays.stream(found).filter(r -> r <= k).count() / found.length);
    }

    /**
     * The normalised discounted cumulative gain of the first k documents: a relevant one at rank r
     * counts \(1 / \log_2(r + 1)\), and the sum is divided by the greatest possible one.
     *
     * @see <a href="https://doi.org/10.1145/582415.582418">Järvelin and Kekäläinen 2002</a>
     */
    public double ndcgAt(int k) {
        if (k < 1) {
            throw new IllegalArgumentException(
                    "The first %d documents hold nothing. Give k of 1 or more.".formatted(k));
        }
        return mean(
                found ->
                        gain(Arrays.stream(found).filter(r -> r <= k))
                                / gain(IntStream.rangeClosed(1, Math.min(k, found.length))));
    }

    private static double gain(IntStream ranks) {
        return ranks.mapToDouble(rank -> Math.log(2) / Math.log(rank + 1.0)).sum();
    }

    /** The mean of 1 / rank of the best relevant document. */
    public double meanReciprocalRank() {
        return mean(found -> 1.0 / found[0]);
    }

    /** Number of queries. */
    public int total() {
        return ranks.size();
    }

    private double mean(ToDoubleFunction<int[]> figure) {
        return ranks.stream()
                .mapToDouble(figure)
                .average()
                .orElseThrow(
                        () ->
                                new IllegalStateException(
                                        "The scores of 0 queries have no value. Count one or more"
                                                + " first."));
    }

    private double[] scores(float[] query) {
        return Arrays.stream(documents).mapToDouble(document -> dot(query, document)).toArray();
    }

    /** Ranks of the relevant documents, best first: behind all others that score as well. */
    private static int[] ranks(double[] scores, int[] relevant) {
        double[] wanted = Arrays.stream(relevant).mapToDouble(i -> -scores[i]).sorted().toArray();
        int[] ranks = new int[relevant.length];
        for (int i = 0; i < ranks.length; i++) {
            double score = -wanted[i];
            long asGood = Arrays.stream(scores).filter(other -> other >= score).count();
            long relevantAsGood = Arrays.stream(wanted).filter(other -> -other >= score).count();
            ranks[i] = Math.toIntExact(asGood - relevantAsGood) + i + 1;
        }
        return ranks;
    }

    private static float[] unit(String what, float[] vector, int width) {
        if (vector.length != width) {
            throw new IllegalArgumentException(
                    "%s has %d numbers, document 0 has %d. Embed all with one model."
                            .formatted(what, vector.length, width));
        }
        double norm = Math.sqrt(dot(vector, vector));
        if (!(norm > 0) || Double.isInfinite(norm)) {
            throw new IllegalArgumentException(
                    "%s has length %s, so that no angle is defined. Leave it out."
                            .formatted(what, norm));
        }
        float[] unit = new float[width];
        for (int i = 0; i < width; i++) {
            unit[i] = (float) (vector[i] / norm);
        }
        return unit;
    }

    private static double dot(float[] left, float[] right) {
        double sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += (double) left[i] * right[i];
        }
        return sum;
    }
}
