package dev.tidemark.view.aggregate;

import java.util.List;

/**
 * A kind of Apache DataSketches' sketches, in the bytes that Spark's functions write too.
 *
 * @param <S> the library's sketch, which changes with every update and so never leaves this package
 */
interface SketchKind<S> {

    /** A sketch of what the bytes hold; of nothing if there are none. */
    S open(byte[] bytes);

    /** Takes one input more. */
    void update(S sketch, Object input);

    /** Takes what the bytes of another hold. */
    void union(S sketch, byte[] other);

    /** The sketch's bytes. */
    byte[] write(S sketch);

    /** The sketch of all inputs. */
    default S open(Sketched sketched) {
        S sketch = open(sketched.bytes());
        sketched.inputs().forEach(input -> update(sketch, input));
        return sketch;
    }

    /** The bytes of all inputs' sketch. */
    default byte[] write(Sketched sketched) {
        return sketched.hasBytes() && sketched.latest() == null ? sketched.bytes() : write(open(sketched));
    }

    default Sketched add(Sketched partial, Object input) {
        Sketched sum = partial.plus(input);
        return sum.isDue() ? new Sketched(write(sum), null) : sum;
    }

    default Sketched merge(List<Sketched> partials) {
        List<Sketched> some = partials.stream()
                .filter(partial -> partial.hasBytes() || partial.latest() != null)
                .toList();
        if (some.size() < 2) {
            return some.isEmpty() ? Sketched.NONE : some.get(0);
        }
        S sum = open(some.get(0));
        for (Sketched partial : some.subList(1, some.size())) {
            if (partial.hasBytes()) {
                union(sum, partial.bytes());
            }
            partial.inputs().forEach(input -> update(sum, input));
        }
        return new Sketched(write(sum), null);
    }
}
