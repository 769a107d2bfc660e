package io.github.peft4j.tuner.lokr;

/**
 * A number of features as a product.
 *
 * @param outer the factor that goes to the first matrix of a Kronecker product
 * @param inner the factor that goes to the second
 */
record Factorization(long outer, long inner) {

    /**
     * Splits a number: by the wish, where that divides it; else into the two factors closest to its
     * root, the first not above the wish.
     *
     * @param wish the factor wanted, or -1 for any
     */
    static Factorization of(long number, int wish) {
        if (wish > 0 && number % wish == 0) {
            return new Factorization(wish, number / wish);
        }
        long limit = wish == -1 ? number : wish;
        long best = 1;
        for (long factor = 2; factor <= limit && factor * factor <= number; factor++) {
            if (number % factor == 0) {
                best = factor;
            }
        }
        return new Factorization(best, number / best);
    }
}
