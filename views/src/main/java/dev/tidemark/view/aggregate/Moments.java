package dev.tidemark.view.aggregate;

/**
 * The count of numbers, their mean and the sum of their squared distances from it. Numbers are added as in B. P.
 * Welford, "Note on a method for calculating corrected sums of squares and products" (1962), partials as in T. F. Chan,
 * G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for computing sample variances" (1979):
 * neither cancels where the numbers are great and close to each other, as the sum of squares does.
 *
 * @param count how many numbers
 * @param mean their mean; zero of none
 * @param m2 the sum of their squared distances from the mean
 */
public record Moments(long count, double mean, double m2) {

    static final Moments NONE = new Moments(0, 0.0, 0.0);

    Moments plus(double number) {
        long more = Math.addExact(count, 1);
        double distance = number - mean;
        double moved = mean + distance / more;
        return new Moments(more, moved, m2 + distance * (number - moved));
    }

    Moments plus(Moments other) {
        if (count == 0 || other.count == 0) {
            return count == 0 ? other : this;
        }
        long together = Math.addExact(count, other.count);
        double distance = other.mean - mean;
        double share = (double) other.count / together;
        return new Moments(together, mean + distance * share, m2 + other.m2 + distance * distance * count * share);
    }
}
