/**
 * The events of a plausible shop. {@link dev.tidemark.shop.ShopTraffic} is the shop as it goes about its days;
 * {@code examples/shop/README.md} says what its events mean.
 */
package dev.tidemark.shop;
