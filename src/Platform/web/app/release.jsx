'use client';

import { useEffect, useState } from 'react';

export default function Release() {
  const [release, setRelease] = useState(null);

  useEffect(() => {
    const request = new AbortController();
    fetch('/api/version', { signal: request.signal })
      .then((response) => (response.ok ? response.json() : null))
      .then(setRelease)
      .catch((error) => {
        if (error.name !== 'AbortError') setRelease(null);
      });
    return () => request.abort();
  }, []);

  return release && <footer>Release {release.commit.slice(0, 7)}</footer>;
}
