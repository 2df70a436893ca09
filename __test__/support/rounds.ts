/** How often the event loop came by while something ran. */
export async function rounds(work: Promise<unknown>): Promise<number> {
  let count = 0
  const timer = setInterval(() => count++, 1)
  await work
  clearInterval(timer)
  return count
}
