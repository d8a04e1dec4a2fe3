// Which objects belong to one other object: an index that follows a store's changes.

export class Groups<T> {
  readonly #members = new Map<string, Map<string, T>>();
  readonly #groupsOf: (object: T) => readonly string[];

  /** `groupsOf` says which groups an object belongs to. */
  constructor(groupsOf: (object: T) => readonly string[]) {
    this.#groupsOf = groupsOf;
  }

  /** Follows a store's change of the object with this key. */
  follow(key: string, before: T | undefined, after: T | undefined): void {
    for (const group of before ? this.#groupsOf(before) : []) {
      const members = this.#members.get(group);
      members?.delete(key);
      if (members?.size === 0) this.#members.delete(group);
    }
    for (const group of after ? this.#groupsOf(after) : []) {
      const members = this.#members.get(group);
      if (members) members.set(key, after!);
      else this.#members.set(group, new Map([[key, after!]]));
    }
  }

  /** A group's members. */
  of(group: string): T[] {
    return [...(this.#members.get(group)?.values() ?? [])];
  }
}
