/** Live queries: asked again as their sources progress, once for all who listen to the same one. */
package dev.tidemark.serving.live;
