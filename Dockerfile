# Alcove in a container: docker build -t alcove .
#
# Data and keys live in /data; docs/deploy/README.md says how to run it.

FROM node:24-bookworm-slim AS build
WORKDIR /alcove
COPY . .
RUN npm ci && npm run build
# What runs needs no tools, and not what is already bundled for browsers: the rest of what the lockfile names is installed
# anew, and of each package stays what npm would publish. Node itself comes with the image.
RUN rm -rf node_modules */node_modules \
  && npm pkg delete dependencies --workspace @alcove/widget --workspace @alcove/agent-console \
  && npm install --omit=dev --omit=optional --ignore-scripts --workspace @alcove/server \
  && find protocol widget agent-console server -mindepth 1 -maxdepth 1 ! -name package.json ! -name node_modules \
    ! -name bin ! -name demo ! -name dist -exec rm -rf {} +

FROM node:24-bookworm-slim
ENV NODE_ENV=production PORT=3000 DATA_DIR=/data/alcove
WORKDIR /alcove
COPY --from=build /alcove/package.json ./
COPY --from=build /alcove/node_modules node_modules
COPY --from=build /alcove/protocol protocol
COPY --from=build /alcove/widget widget
COPY --from=build /alcove/agent-console agent-console
COPY --from=build /alcove/server server
# A new volume takes over the owner of the folder that it is mounted on.
RUN ln -s /alcove/server/bin/alcove.js /usr/local/bin/alcove \
  && install --directory --owner=node --group=node --mode=700 /data /data/alcove /data/alcove/keys
USER node
EXPOSE 3000
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/readyz`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["alcove"]
CMD ["serve"]
