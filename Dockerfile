# The stages of imgpipe in a container (docs/guides/containers.md). A named volume keeps the pipeline from one run to the next:
#   docker build -t imgpipe .
#   docker run --rm -v imgpipe:/pipeline imgpipe run
#   docker run --rm -v imgpipe:/pipeline imgpipe list alerts

FROM node:24-slim AS build
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# What `npm pack` holds, and next to it its dependencies, in the versions of the lock file; also the SDK for S3, which npm
# installs only when asked.
RUN npm run build \
 && npm pack --ignore-scripts --pack-destination /tmp \
 && mkdir /opt/imgpipe \
 && tar -xzf /tmp/imgpipe-*.tgz --strip-components=1 -C /opt/imgpipe \
 && cp package-lock.json .npmrc /opt/imgpipe/ \
 && cd /opt/imgpipe \
 && npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
 && npm install --save-prod --save-exact --omit=dev --ignore-scripts --no-audit --no-fund \
      "@aws-sdk/client-s3@$(node -p "require('./package-lock.json').packages['node_modules/@aws-sdk/client-s3'].version")"

FROM node:24-slim
ENV NODE_ENV=production IMGPIPE_DATA=/pipeline
COPY --from=build /opt/imgpipe /opt/imgpipe
RUN ln -s /opt/imgpipe/bin/imgpipe.js /usr/local/bin/imgpipe \
 && install -d -m 750 -o node -g node /pipeline
USER node
WORKDIR /pipeline
VOLUME /pipeline
# Not through a shell, so that signals reach Node.
ENTRYPOINT ["node", "/opt/imgpipe/bin/imgpipe.js"]
CMD ["--help"]
