/** As much of a browser as it takes: cookies of each host, and one step after the other. */
export class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  jar({ host }: URL): Map<string, string> {
    return this.#jars.get(host) ?? this.#jars.set(host, new Map()).get(host)!;
  }

  open(url: URL): Promise<Response> {
    return this.#ask(url, {});
  }

  post(url: URL): Promise<Response> {
    return this.#ask(url, { method: 'POST', body: '{}' });
  }

  async #ask(url: URL, what: RequestInit): Promise<Response> {
    const jar = this.jar(url);
    const cookie = [...jar].map((pair) => pair.join('=')).join('; ');
    const headers = { accept: 'text/html', ...(cookie ? { cookie } : {}) };
    const json = what.body === undefined ? {} : { 'content-type': 'application/json' };
    const reply = await fetch(url, {
      redirect: 'manual',
      headers: { ...headers, ...json },
      ...what,
    });
    for (const line of reply.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line)!;
      if (value === '' || /max-age=0/i.test(line)) jar.delete(name!);
      else jar.set(name!, value!);
    }
    return reply;
  }

  /** Follows where it is sent, up to the address that `isThere` says. @returns that address, not opened yet */
  async follow(from: URL, isThere: (url: URL) => boolean): Promise<URL> {
    let url = from;
    for (let step = 0; step < 12; step++) {
      const location = (await this.open(url)).headers.get('location');
      if (location === null) throw new Error(`${url} leads nowhere`);
      url = new URL(location, url);
      if (isThere(url)) return url;
    }
    throw new Error(`${url} leads around`);
  }
}
